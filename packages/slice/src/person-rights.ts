import type { Operations, Schemas, Streams } from '@wushe/contracts'
import type { Aggregate, Command, Moment } from './aggregate.ts'
import { refuse, type Decision, type Sealed } from './decision.ts'
import { handOf, sameHand } from './hands.ts'
import { sealedNote } from './person.ts'

/** Whose names, numbers and notes lie sealed under a key of their own. */
type Person = 'Subject' | 'Volunteer' | 'Practitioner' | 'Provider'
/** What is recorded: of a subject `SubjectErasureRequested`, `SubjectErased` and so on. */
type Act = 'ErasureRequested' | 'ErasureRefused' | 'Erased' | 'Restricted' | 'RestrictionLifted'
type EventOf<One extends Act> = Extract<Streams[Uncapitalize<Person>], { type: `${Person}${One}` }>
type DataOf<One extends Act> = EventOf<One>['data']

/** How it stands with what is sealed of a person: a part of the state of every aggregate of persons. */
export type PersonRights = {
  /** Nothing can be sealed any more, whatever became of the record before or after. */
  erased?: true
  /** It waits for another hand. */
  erasure?: DataOf<'ErasureRequested'> | undefined
  restriction?: DataOf<'Restricted'> | undefined
}

/** What such an event changes of it. */
export const rightsAfter = ({ type, data }: EventOf<Act>): PersonRights => after[actOf(type)](data as never)

const after: { [One in Act]: (data: DataOf<One>) => PersonRights } = {
  ErasureRequested: (erasure) => ({ erasure }),
  ErasureRefused: () => ({ erasure: undefined }),
  Erased: () => ({ erased: true, erasure: undefined, restriction: undefined }),
  Restricted: (restriction) => ({ restriction }),
  RestrictionLifted: () => ({ restriction: undefined }),
}

/** The type of an event without its first word, which says of whom it is. */
const actOf = (type: string) => type.replace(/^[A-Z][a-z]+/, '') as Act

/** For what is to be sealed for a person whose key is destroyed, or closed. */
export const refuseSealing = (
  { erased, restriction }: { status: string } & PersonRights,
  id: string,
  ...sealed: unknown[]
) => {
  if (sealed.every((one) => one === undefined)) return undefined
  if (erased) return refuse('person-erased', { id })
  return restriction ? refuse('person-restricted', { id }) : undefined
}

/** What such an event changes of the record, as one entry for each. */
export const rightsShown = <Name extends Person>(name: Name) =>
  Object.fromEntries(Object.entries(shown).map(([act, handler]) => [`${name}${act}`, handler])) as {
    [Type in `${Name}${Act}`]: <Body extends Shown>(body: Body, event: { data: any }) => Body
  }

type Shown = { status: string; erasureRequest?: Schemas['ErasureRequest']; restriction?: Schemas['Restriction'] }

const shown: { [One in Act]: (body: Shown, event: { data: DataOf<One> }) => Shown } = {
  ErasureRequested: (body, { data: { basis } }) => ({ ...body, erasureRequest: { status: 'requested', basis } }),
  ErasureRefused: ({ erasureRequest, ...body }) => ({
    ...body,
    ...(erasureRequest && { erasureRequest: { ...erasureRequest, status: 'refused' } }),
  }),
  // Of before 1.1 there are erasures that nobody asked for apart from doing it.
  Erased: ({ restriction: _, ...body }, { data: { basis } }) => ({
    ...body,
    erasureRequest: { status: 'approved', basis },
    status: body.status === 'voided' ? 'voided' : 'erased',
  }),
  Restricted: (body, { data: { basis } }) => ({ ...body, restriction: { basis } }),
  RestrictionLifted: ({ restriction: _, ...body }) => body,
}

type CommandName<Name extends Person> =
  `erase${Name}` | `approve${Name}Erasure` | `refuse${Name}Erasure` | `restrict${Name}` | `lift${Name}Restriction`
type Where = { agreementId?: string | undefined; siteId?: string | undefined }
type State = { status: 'none' } | ({ status: string } & PersonRights)
type Registered<Its> = Exclude<Its, { status: 'none' }>
type Input = { path: Record<string, string>; body: any }

/**
 * The commands that erase and restrict what is sealed of these persons: `eraseSubject`, `approveSubjectErasure` and so
 * on. What they record says `where`, as every event does.
 */
export const personRights = <Name extends Person, Its extends State>(
  name: Name,
  person: Aggregate<Uncapitalize<Name>, Its>,
  where: (state: Registered<Its>) => Where,
) => {
  const of = ({ path }: Input) => path[`${person.category}Id`]!
  const command = (
    operation: CommandName<Name>,
    decide: (
      of: Input & { id: string },
      state: Registered<Its>,
      moment: Moment,
    ) => Decision<{ type: string; data: object }>,
  ) => ({
    [operation]: {
      ...{ kind: 'command', operation, aggregate: person, of, outsidePeriod: true },
      decide: (input: Input, state: Its, moment: Moment) =>
        state.status === 'none'
          ? refuse('not-found')
          : decide({ ...input, id: of(input) }, state as Registered<Its>, moment),
    },
  })
  const recorded = <One extends Act>(
    act: One,
    state: Registered<Its>,
    data: Omit<DataOf<One>, keyof Where>,
    sealed?: Sealed,
  ) => [{ type: `${name}${act}`, data: { ...data, ...where(state) }, sealed }]

  return {
    /** Asks for it; nothing is destroyed yet. */
    ...command(`erase${name}`, ({ body: { basis } }, state, { actor }) =>
      state.erased || state.erasure ? [] : recorded('ErasureRequested', state, { basis, requestedBy: handOf(actor) }),
    ),

    /** Whoever follows the log destroys the person's key. Facts and figures stay as they are. */
    ...command(`approve${name}Erasure`, ({ id }, state, { actor }) => {
      if (state.erased) return []
      if (!state.erasure) return refuse('erasure-not-requested', { id })
      const { basis, requestedBy } = state.erasure
      return sameHand(requestedBy, actor) ? refuse('another-hand-needed') : recorded('Erased', state, { basis })
    }),

    /** Also whoever asked may take it back. */
    ...command(`refuse${name}Erasure`, ({ id, body: { note } }, state) => {
      if (state.erased) return refuse('person-erased', { id })
      if (!state.erasure) return refuse('erasure-not-requested', { id })
      if (state.restriction) return refuse('person-restricted', { id })
      return recorded('ErasureRefused', state, {}, sealedNote(note, id))
    }),

    /** Whoever follows the log closes the person's key to everybody. One hand is enough to close. */
    ...command(`restrict${name}`, ({ id, body: { basis } }, state, { actor }) => {
      if (state.erased) return refuse('person-erased', { id })
      return state.restriction ? [] : recorded('Restricted', state, { basis, restrictedBy: handOf(actor) })
    }),

    /** It takes another one to open again. */
    ...command(`lift${name}Restriction`, ({ body: { reason } }, state, { actor }) => {
      if (!state.restriction) return []
      if (sameHand(state.restriction.restrictedBy, actor)) return refuse('another-hand-needed')
      return recorded('RestrictionLifted', state, { reason })
    }),
  } as unknown as {
    [Operation in CommandName<Name>]: { kind: 'command'; operation: Operation; aggregate: typeof person } & Command<
      Operations[Operation],
      Uncapitalize<Name>,
      Its,
      Record<never, never>
    >
  }
}
