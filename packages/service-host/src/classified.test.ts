import { expect, test } from '@jest/globals'
import { classesIn, classifiedOf, withoutOthers } from './classified.ts'

const subject = classifiedOf('Subject')

test('what a record holds in private is known from the contract, through references and what it is made of', () => {
  expect([...(subject?.properties.keys() ?? [])].sort()).toEqual(['identity', 'note'])
  expect(new Set(classesIn(subject))).toEqual(new Set(['pii.direct', 'pii.sensitive']))
  expect(classesIn(classifiedOf('Licence'))).toContain('pii.direct')
  expect(classifiedOf('Organisation')).toBeUndefined()
})

test('what is of other classes is left out, and where it stood is told', () => {
  const shown = withoutOthers(
    {
      id: 'sub_1',
      identity: { name: '王某', birthDate: '2010-01-01', guardian: { name: '李某', relation: '母亲' } },
      note: '家访',
    },
    subject,
    ['public', 'internal', 'pii.direct'],
  )
  expect(shown.value).toEqual({ id: 'sub_1', identity: { name: '王某', guardian: { name: '李某' } } })
  expect(shown.left.sort()).toEqual(['/identity/birthDate', '/identity/guardian/relation', '/note'])
})

test('what stands in lists is found there', () => {
  const part = {
    properties: new Map(),
    items: { properties: new Map([['name', { class: 'pii.direct' as const, properties: new Map() }]]) },
  }
  expect(withoutOthers([{ id: 1, name: 'a' }, { id: 2 }], part, ['internal'], '/people')).toEqual({
    value: [{ id: 1 }, { id: 2 }],
    left: ['/people/0/name'],
  })
})

test('for whom sees all classes nothing is left out', () => {
  const whole = { identity: { name: '王某', birthDate: '2010-01-01' }, note: '家访' }
  expect(withoutOthers(whole, subject, ['pii.direct', 'pii.sensitive'])).toEqual({ value: whole, left: [] })
})
