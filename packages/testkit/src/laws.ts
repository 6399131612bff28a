import { expect, test } from '@jest/globals'
import type { Events, OperationsOf, ServiceName } from '@wushe/contracts'
import contract from '@wushe/contracts/events.json' with { type: 'json' }
import { isRefusal, type RecordSlice, type Refusal, type Sealed } from '@wushe/slice'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { aMoment } from './given.ts'

type AnyEvent = Events[ServiceName]
type AnyAggregate = { initial: any; evolve: (state: any, event: any) => any }

/**
 * What holds for every aggregate and record of a service, whatever happens in whatever order: there is a state, no
 * earlier one is changed, and it can be shown. The events are the contract's examples, each also about another thing.
 */
export function evolveLaws(
  service: ServiceName,
  { aggregates, records }: { aggregates: Record<string, AnyAggregate>; records: readonly RecordSlice[] },
) {
  const events = contract
    // A disclosure is the host's, and has no state.
    .filter((entry) => entry.service === service && entry.category !== 'disclosure')
    .flatMap(({ type, category, json: { examples } }) =>
      examples.flatMap((data) => [
        { type, category, data },
        { type, category, data: JSON.parse(JSON.stringify(data).replaceAll('sn001', 'sn002')) },
      ]),
    )
  const anyOf = (category: string) =>
    fc.array(fc.constantFrom(...events.filter((one) => one.category === category)), { maxLength: 12, size: 'max' })

  test('every category of the contract has its aggregate', () =>
    expect(Object.keys(aggregates).sort()).toEqual([...new Set(events.map(({ category }) => category))].sort()))

  test.each(Object.entries(aggregates))(
    'whatever happened to a %s in whatever order, there is a state, and no earlier one was changed',
    (category, { initial, evolve }) =>
      fc.assert(
        fc.property(anyOf(category), (sequence) => {
          let state: object = frozen(initial)
          for (const event of sequence) state = frozen(evolve(state, event))
          expect(state).toEqual(expect.any(Object))
        }),
      ),
  )

  test.each(records.map((record) => ({ name: record.name, record })))(
    'whatever happened in whatever order, a $name can be shown',
    ({ record: { category, fold } }) =>
      fc.assert(
        fc.property(anyOf(category), (sequence) => {
          let body: object | undefined
          for (const event of sequence)
            body = frozen(
              fold(body, { ...event, id: '019364f0-c8a5-7f0e-9c1d-2b3a4f5e6d7c', streamId: 'stream' } as never),
            )
          expect([undefined, expect.any(Object)]).toContainEqual(body)
        }),
      ),
  )
}

type Decided = readonly (AnyEvent & { sealed?: Sealed | undefined })[] | Refusal
export type Asked = { once: () => Decided; again: () => Decided }

/** A command on the state after a history, and the same command once more on what came of it. */
export function asked<
  Command extends {
    aggregate: AnyAggregate
    decide: (input: any, state: any, moment: typeof aMoment, known: any) => any
  },
>(
  history: readonly AnyEvent[],
  { aggregate: { initial, evolve }, decide }: Command,
  input: Partial<Parameters<Command['decide']>[0]>,
  known: Partial<Parameters<Command['decide']>[3]> = {},
): Asked {
  const before = history.reduce(evolve, initial)
  const decideOn = (state: unknown) => decide({ path: {}, query: {}, ...input }, state, aMoment, known) as Decided
  const once = () => decideOn(before)
  const again = () => {
    const first = once()
    return decideOn(isRefusal(first) ? before : first.reduce(evolve, before))
  }
  return { once, again }
}

/** The commands of a service's contract, by name: the compiler demands all of them. A question has no conflicts. */
export type CommandsOf<Name extends ServiceName> = {
  [Operation in keyof OperationsOf[Name]]: OperationsOf[Name][Operation] extends {
    requestBody: object
    responses: { 409: unknown }
  }
    ? Operation
    : never
}[keyof OperationsOf[Name]]

/**
 * What holds for every command: it records what the contract names and no `secret` in the clear, and repeated it records
 * nothing new, except where that may rightly happen twice.
 */
export function commandLaws(
  commands: Record<string, Asked>,
  { secret, mayHappenTwice }: { secret: string; mayHappenTwice: Record<string, string> },
) {
  test.each(Object.entries(commands))('%s records what the contract names', (_, { once }) => {
    const decision = once()
    if (isRefusal(decision)) throw new Error(`refused: ${decision.refused}`)
    expect(decision.length).toBeGreaterThan(0)
    for (const { type, data, sealed = {} } of decision) {
      const { fits, mayBeSealed } = shapes[type]!
      fits(JSON.parse(JSON.stringify(data)))
      expect(fits.errors).toBe(null)
      for (const section of Object.keys(sealed)) expect(mayBeSealed).toContain(section.split('.')[0])
      expect(JSON.stringify(data)).not.toContain(secret)
    }
  })

  test.each(Object.entries(commands))('%s, repeated, records nothing new', (name, { once, again }) => {
    const second = again()
    if (name in mayHappenTwice) expect(second).toEqual(once())
    else expect(isRefusal(second) || second.length === 0).toBe(true)
  })
}

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
const shapes = Object.fromEntries(
  contract.map(({ type, json }) => [
    type,
    {
      fits: ajv.compile({ ...json, $id: undefined }),
      mayBeSealed: ('x-sealed' in json ? (json['x-sealed'] as string[]) : []).map((section) => section.split('.')[0]),
    },
  ]),
)

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen)
    Object.freeze(value)
  }
  return value
}
