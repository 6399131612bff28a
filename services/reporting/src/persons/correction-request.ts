import type { Streams } from '@wushe/contracts'
import { aggregate, refuse, rowOf, sealedNote, sql, type Refusal } from '@wushe/slice'
import { erasing } from './mentioning.ts'

type Requested = Extract<Streams['correctionrequest'], { type: 'CorrectionRequested' }>['data']
type CorrectionRequest =
  { status: 'none' } | { status: 'open' | 'accepted' | 'refused'; personId: Requested['personId'] }

/** A person says that something held of them is wrong. It corrects nothing by itself, and is answered once. */
export const correctionRequest = aggregate('correctionrequest', {
  initial: { status: 'none' } as CorrectionRequest,
  evolve: (state, event): CorrectionRequest => {
    if (event.type === 'CorrectionRequested') return { status: 'open', personId: event.data.personId }
    return state.status === 'none' ? state : { ...state, status: event.data.outcome }
  },
})

export const requestCorrection = correctionRequest.command('requestCorrection', {
  of: ({ body }, { newId }) => body.id ?? newId('crq'),
  needs: {
    person: rowOf(({ body: { personId } }, { actor }) => personRow(actor.orgId, personId)),
    record: rowOf(
      ({ body: { about } }, { actor }) => sql<{ type: string }>`
        select type from reporting.changes where tenant = ${actor.orgId} and id = ${about.id} limit 1`,
    ),
  },
  decide: ({ body: { id: _, statement, about, ...request } }, _state, _moment, { person, record }) => {
    const { personId, occurredOn } = request
    if (!person) return refuse('person-not-known', { personId })
    if (person.erased) return refuse('person-erased', { id: personId })
    if (!record) return refuse('record-not-known', { pointer: '#/about/id', id: about.id })
    const data = { ...request, about: { ...about, type: record.type }, dueOn: thirtyDaysAfter(occurredOn) }
    return [{ type: 'CorrectionRequested', data, sealed: { [`statement.${personId}`]: statement } }]
  },
})

export const acceptCorrectionRequest = correctionRequest.command('acceptCorrectionRequest', {
  of: ({ path }) => path.correctionRequestId,
  needs: {
    known: rowOf(
      ({ body: { corrected } }, { actor }) => sql<{ ids: string[] }>`
        select array(select id from reporting.changes
                     where tenant = ${actor.orgId} and id = any(${corrected})) as ids`,
    ),
  },
  decide: ({ body: { corrected, note } }, state, _, { known }) => {
    if (state.status === 'none') return refuse('not-found')
    const unknown = corrected.findIndex((id) => !known?.ids.includes(id))
    const refusal = refuseUnlessOpen(state)
    if (refusal) return refusal
    if (unknown >= 0) return refuse('record-not-known', { pointer: `#/corrected/${unknown}`, id: corrected[unknown]! })
    const { personId } = state
    const data = { personId, outcome: 'accepted', corrected } as const
    return [{ type: 'CorrectionRequestDecided', data, sealed: sealedNote(note, personId) }]
  },
})

/** Whoever was refused is told why, in writing; under the key of who is erased nothing can be written any more. */
export const refuseCorrectionRequest = correctionRequest.command('refuseCorrectionRequest', {
  of: ({ path }) => path.correctionRequestId,
  needs: {
    person: rowOf(
      ({ path: { correctionRequestId } }, { actor }) => sql<{ erased: boolean }>`
        select exists (
          select from reporting.correction_request r
          join reporting.person_events p on p.tenant = r.tenant and p.person = r.body ->> 'personId'
          join inbox.events e on e.position = p.position
          where r.id = ${correctionRequestId} and r.tenant = ${actor.orgId} and e.type = any(${erasing})) as erased`,
    ),
  },
  decide: ({ body: { note } }, state, _, { person }) => {
    if (state.status === 'none') return refuse('not-found')
    const refusal = refuseUnlessOpen(state)
    if (refusal) return refusal
    if (note === undefined && !person?.erased) return refuse('reasons-needed')
    const { personId } = state
    const data = { personId, outcome: 'refused' } as const
    return [{ type: 'CorrectionRequestDecided', data, sealed: sealedNote(note, personId) }]
  },
})

const refuseUnlessOpen = ({ status }: CorrectionRequest): Refusal | undefined =>
  status === 'open' ? undefined : refuse('correction-request-not-open', { status })

/** A row for whom this organisation registered; the streams of a person are called by their id. */
const personRow = (tenant: string, person: string) => sql<{ erased: boolean }>`
  select bool_or(e.type = any(${erasing})) as erased
  from reporting.person_events p join inbox.events e using (position)
  where p.tenant = ${tenant} and p.person = ${person} and split_part(e.stream, '-', 2) = ${person}
  having count(*) > 0`

/** GB/T 35273-2020, 8.7: an answer within thirty days, or within the time that a law sets. */
const thirtyDaysAfter = (day: string) => new Date(Date.parse(day) + 30 * 86_400_000).toISOString().slice(0, 10)
