import { expect, test } from '@jest/globals'
import { opened } from '../test/examples.ts'
import type { Position, Recorded } from './event-store.ts'
import { upcast, type Upcasters } from './upcasting.ts'

const recorded = (deviation: Partial<Recorded>): Recorded => ({
  ...opened(),
  stream: 'case-1',
  revision: 0n,
  position: 'pg:0000000000000001' as Position,
  at: '2022-03-04T05:06:07.000000Z',
  sealed: null,
  meta: {},
  ...deviation,
})

const upcasters = {
  CaseOpened: {
    1: (old: { need: string }) => ({ needs: [old.need] }),
    2: (old: { needs: string[] }) => ({ ...old, source: 'unknown' }),
  },
} satisfies Upcasters

test('an old event passes through every version since', () => {
  const old = recorded({ schema: 1, data: { need: 'elderly' } })
  expect(upcast(old, upcasters)).toEqual({ ...old, schema: 3, data: { needs: ['elderly'], source: 'unknown' } })
  expect(old).toMatchObject({ schema: 1, data: { need: 'elderly' } })
})

test('an event of the version between begins there', () => {
  const between = recorded({ schema: 2, data: { needs: [] } })
  expect(upcast(between, upcasters)).toEqual({ ...between, schema: 3, data: { needs: [], source: 'unknown' } })
})

test('an event of today, and one of a type that never changed, are themselves', () => {
  const today = recorded({ schema: 3 })
  const other = recorded({ type: 'CaseClosed' })
  expect(upcast(today, upcasters)).toBe(today)
  expect(upcast(other, upcasters)).toBe(other)
})
