import { expect, test } from '@jest/globals'
import { preferencesOf } from './preferences.ts'

test('a client that prefers nothing gets whole answers and waits two seconds at most', () =>
  expect(preferencesOf()).toEqual({ minimal: false, wait: 2, waitAsked: false }))

test('preferences come in one header or in several, with or without quotes, in any case', () => {
  expect(preferencesOf('return=minimal, wait=5')).toEqual({ minimal: true, wait: 5, waitAsked: true })
  expect(preferencesOf('Return="minimal"; foo="bar"')).toMatchObject({ minimal: true })
})

test('nobody waits longer than ten seconds', () => expect(preferencesOf('wait=99')).toMatchObject({ wait: 10 }))

test('what is not understood is passed over', () =>
  expect(preferencesOf('return=maximal, wait=soon, respond-async')).toEqual({
    ...{ minimal: false, wait: 2, waitAsked: false },
  }))
