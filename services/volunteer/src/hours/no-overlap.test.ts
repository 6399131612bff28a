import { expect, test } from '@jest/globals'
import { isRefusal } from '@wushe/slice'
import { aMoment } from '@wushe/testkit'
import fc from 'fast-check'
import { volunteerRegistered } from '../volunteer/examples.ts'
import { volunteer } from '../volunteer/volunteer.ts'
import { confirmHours } from './confirm-hours.ts'
import { service, volunteerId } from './examples.ts'
import { hours, type Hours } from './hours.ts'
import { recordHours } from './record-hours.ts'
import { rejectHours } from './reject-hours.ts'
import { voidHours } from './void-hours.ts'

const known = { volunteer: volunteer.evolve(volunteer.initial, volunteerRegistered) }
const query = {} as never

// Around New Year, in whole quarters of an hour and in three time zones, so that entries often meet; now and then one
// that ends before it starts or lasts too long.
const newYear = Date.parse('2022-12-31T16:00:00Z')
const anOffset = fc.constantFrom(0, 8, -5)
const times = fc
  .record({
    start: fc.integer({ min: -200, max: 200 }),
    length: fc.integer({ min: -4, max: 100 }),
    offsets: fc.tuple(anOffset, anOffset),
  })
  .map(({ start, length, offsets }) => ({
    startedAt: inZone(newYear + start * 900_000, offsets[0]),
    endedAt: inZone(newYear + (start + length) * 900_000, offsets[1]),
  }))
const anEntryId = fc.integer({ min: 0, max: 15 }).map((number) => `hrs_${String(number).padStart(26, '0')}`)

const aCommand = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(anEntryId, times).map(([id, time]) => (entries: Hours) => {
      const body = { ...service, ...time, id }
      return recordHours.decide({ path: { volunteerId }, query, body }, entries, aMoment, known)
    }),
  },
  fc
    .record({ hoursEntryId: anEntryId, minutes: fc.integer({ min: 1, max: 1440 }) })
    .map(({ hoursEntryId, minutes }) => (entries: Hours) => {
      const body = { minutes, confirmedBy: { practitionerId: 'pra_1' }, occurredOn: '2023-01-10' }
      return confirmHours.decide({ path: { volunteerId, hoursEntryId }, query, body }, entries, aMoment, {})
    }),
  anEntryId.map((hoursEntryId) => (entries: Hours) => {
    const body = { reason: 'not-present', occurredOn: '2023-01-10' } as const
    return rejectHours.decide({ path: { volunteerId, hoursEntryId }, query, body }, entries, aMoment, known)
  }),
  anEntryId.map((hoursEntryId) => (entries: Hours) => {
    const body = { reason: 'duplicate' } as const
    return voidHours.decide({ path: { volunteerId, hoursEntryId }, query, body }, entries, aMoment, known)
  }),
)

test('whatever is sent in whatever order, no two living entries of a volunteer share time', () => {
  let living = 0
  fc.assert(
    fc.property(fc.array(aCommand, { minLength: 1, maxLength: 40, size: 'max' }), (commands) => {
      let entries = hours.initial
      for (const decide of commands) {
        const decision = decide(entries)
        if (!isRefusal(decision)) entries = decision.reduce(hours.evolve, entries)
      }
      const alive = entries
        .filter(({ status }) => status === 'pending' || status === 'confirmed')
        .sort((one, other) => one.from - other.from)
      living = Math.max(living, alive.length)
      alive.forEach((one, at) => {
        expect(one.from).toBeLessThan(one.to)
        if (at > 0) expect(alive[at - 1]!.to).toBeLessThanOrEqual(one.from)
        if (one.status === 'confirmed') expect(one.minutes * 60_000).toBeLessThanOrEqual(one.to - one.from)
      })
    }),
    { numRuns: 300 },
  )
  expect(living).toBeGreaterThan(3) // Else the property would hold for want of entries.
})

/** `2023-01-01T01:00:00+08:00` */
function inZone(instant: number, offset: number) {
  const local = new Date(instant + offset * 3_600_000).toISOString().slice(0, 19)
  return offset === 0 ? `${local}Z` : `${local}${offset < 0 ? '-' : '+'}${String(Math.abs(offset)).padStart(2, '0')}:00`
}
