import { describe, expect, test } from '@jest/globals'
import type { Events } from '@wushe/contracts'
import contract from '@wushe/contracts/events.json' with { type: 'json' }
import fc from 'fast-check'
import { activity } from './activity/activity.ts'
import { activityEvents } from './activity/examples.ts'
import { caseFile } from './case-file/case-file.ts'
import { caseEvents } from './case-file/examples.ts'
import { concern } from './concern/concern.ts'
import { concernEvents } from './concern/examples.ts'
import { groupEvents } from './group/examples.ts'
import { group } from './group/group.ts'
import { caseService } from './service.ts'
import { subjectEvents } from './subject/examples.ts'
import { subject } from './subject/subject.ts'

type Happened = Events['case']
type Evolve = (state: { status: string }, event: Happened) => { status: string }

const aggregates = {
  subject: { ...subject, examples: subjectEvents },
  concern: { ...concern, examples: concernEvents },
  case: { ...caseFile, examples: caseEvents },
  group: { ...group, examples: groupEvents },
  activity: { ...activity, examples: activityEvents },
}

/** Our examples and the contract's, each also about another person, session or occurrence. */
const eventsOf = (category: keyof typeof aggregates): Happened[] =>
  [
    ...aggregates[category].examples,
    ...contract
      .filter((entry) => entry.category === category)
      .flatMap(({ type, json: { examples } }) => examples.map((data) => ({ type, data }))),
  ].flatMap((event) => [event, JSON.parse(JSON.stringify(event).replaceAll('sn001', 'sn002'))])

describe.each(Object.entries(aggregates))('%s', (category, { initial, evolve, examples }) => {
  const events = eventsOf(category as keyof typeof aggregates)
  const stories = fc.array(fc.constantFrom(...events), { maxLength: 20 })

  test('has an example of every event of the contract', () => {
    const types = contract.filter((entry) => entry.category === category).map(({ type }) => type)
    expect([...new Set(examples.map(({ type }) => type))].sort()).toEqual([...new Set(types)].sort())
  })

  test('comes to a state by whatever happens in whatever order, and changes no earlier one', () =>
    fc.assert(
      fc.property(stories, (story) => {
        let state = frozen(initial as { status: string })
        for (const event of story) state = frozen((evolve as Evolve)(state, event))
        expect(typeof state.status).toBe('string')
      }),
    ))

  test('once begun, can be shown whatever happens in whatever order', () =>
    fc.assert(
      fc.property(stories, (story) => {
        for (const record of caseService.records.filter((one) => one.category === category)) {
          let body: object | undefined
          for (const event of [examples[0]!, ...story]) body = frozen(record.fold(body, recorded(event)))
          expect([undefined, expect.any(Object)]).toContainEqual(body)
        }
      }),
    ))
})

const recorded = (event: Happened) => ({ ...event, streamId: 'stream' }) as never

const frozen = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}
