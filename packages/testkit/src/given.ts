import { expect } from '@jest/globals'
import type { Events } from '@wushe/contracts'
import { isRefusal, type Moment } from '@wushe/slice'
import { seen } from './seen.ts'

type Event = Events[keyof Events]
type Decided = Event & { sealed?: unknown }

export const noon = '2026-03-02T04:00:00.000Z'

/** Noon in Beijing on 2 March 2026, a contractor's client; ids count upwards from the prefix. */
export const aMoment: Moment = {
  now: noon,
  today: '2026-03-02',
  newId: (prefix) => `${prefix}_01jnew00000000000000000000`,
  chance: '7'.repeat(64),
  actor: {
    orgId: 'org_01j00000000000000000000001',
    kind: 'contractor',
    keyId: 'key_01j00000000000000000000001',
    agreementIds: [],
  },
}

type AnyCommand = {
  aggregate: { initial: any; evolve: (state: any, event: any) => any }
  decide: (input: any, state: any, moment: Moment, known: any) => unknown
}
type InputOf<Command extends AnyCommand> = Partial<Parameters<Command['decide']>[0]>
type KnownOf<Command extends AnyCommand> = Partial<Parameters<Command['decide']>[3]>

/** given(history).when(command, input, { known }), then one of records(events), changesNothing(), isRefused(code). */
export const given = (...history: Event[]) => ({
  when<Command extends AnyCommand>(
    { aggregate: { initial, evolve }, decide }: Command,
    input: InputOf<Command>,
    { known = {}, moment = aMoment }: { known?: KnownOf<Command>; moment?: Moment } = {},
  ) {
    const decideAfter = (events: Event[]) =>
      withoutUndefined(decide({ path: {}, query: {}, ...input }, events.reduce(evolve, initial), moment, known))
    return {
      /** Exactly these events; the same command once more, on the new state, does not record them again. */
      records(...events: Decided[]) {
        expect(decideAfter(history)).toEqual(withoutUndefined(events))
        expect(decideAfter([...history, ...events])).not.toEqual(withoutUndefined(events))
      },
      /** For acts that may rightly happen twice, such as two sessions on one day. */
      recordsEachTime: (...events: Decided[]) => expect(decideAfter(history)).toEqual(withoutUndefined(events)),
      changesNothing: () => expect(decideAfter(history)).toEqual([]),
      isRefused: (code: string, params?: Record<string, unknown>) => {
        const decision = decideAfter(history) as object
        seen({ code })
        expect(isRefusal(decision) ? decision : { recorded: decision }).toMatchObject({
          refused: code,
          ...(params && { params }),
        })
      },
    }
  },
})

const withoutUndefined = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value
