import { expect, test } from '@jest/globals'
import type { Events } from '@wushe/contracts'
import contract from '@wushe/contracts/events.json' with { type: 'json' }
import fc from 'fast-check'
import { hours } from './hours/hours.ts'
import { hoursEntryRecord, hoursRecord } from './hours/hours-record.ts'
import { licenceRecord, practitionerRecord } from './practitioner/practitioner-record.ts'
import { practitioner } from './practitioner/practitioner.ts'
import { stationRecord } from './station/station-record.ts'
import { station } from './station/station.ts'
import { volunteerRecord } from './volunteer/volunteer-record.ts'
import { volunteer } from './volunteer/volunteer.ts'

type Happened = Events['volunteer']

/** Every event of the service as the contract gives it for an example, and once more about another thing. */
const events = contract
  .filter(({ service }) => service === 'volunteer')
  .flatMap(({ type, category, json: { examples } }) =>
    examples.flatMap((data) => [
      { type, category, data },
      { type, category, data: JSON.parse(JSON.stringify(data).replaceAll('sn001', 'sn002')) },
    ]),
  )
const anyOf = (category: string) =>
  fc.array(fc.constantFrom(...events.filter((one) => one.category === category)), { maxLength: 12, size: 'max' })

const aggregates = { station, practitioner, volunteer, hours }

test('every category of the contract has its aggregate', () =>
  expect(Object.keys(aggregates).sort()).toEqual([...new Set(events.map(({ category }) => category))].sort()))

test.each(Object.entries(aggregates))(
  'whatever happened to a %s in whatever order, there is a state, and no earlier one was changed',
  (category, { initial, evolve }) => {
    fc.assert(
      fc.property(anyOf(category), (sequence) => {
        let state: object = frozen(initial)
        for (const event of sequence) state = frozen((evolve as Evolve)(state, event as unknown as Happened))
        expect(state).toEqual(expect.any(Object))
      }),
    )
  },
)

const records = [stationRecord, practitionerRecord, licenceRecord, volunteerRecord, hoursEntryRecord, hoursRecord]

test.each(records.map((record) => ({ name: record.name, record })))(
  'whatever happened in whatever order, a $name can be shown',
  ({ record: { category, fold } }) => {
    fc.assert(
      fc.property(anyOf(category), (sequence) => {
        let body: object | undefined
        for (const event of sequence) body = frozen(fold(body, { ...event, streamId: 'stream' } as never))
        expect([undefined, expect.any(Object)]).toContainEqual(body)
      }),
    )
  },
)

type Evolve = (state: object, event: Happened) => object

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen)
    Object.freeze(value)
  }
  return value
}
