import type { Streams } from '@wushe/contracts'
import { aggregate, refuse, rowOf, sameHand, sql, type Refusal } from '@wushe/slice'
import { handOf } from '../hand-of.ts'

type Asked = Extract<Streams['accessgrant'], { type: 'AccessRequested' }>['data']
export type AccessGrant = { status: 'none' } | { status: 'requested' | 'approved' | 'refused' | 'ended'; asked: Asked }

/** Somebody asks to see one person's record. It belongs to the organisation that answers for the person. */
export const accessGrant = aggregate('accessgrant', {
  initial: { status: 'none' } as AccessGrant,
  owner: ({ data }) => data.ownerOrgId,
  evolve: (state, event): AccessGrant => {
    if (event.type === 'AccessRequested') return { status: 'requested', asked: event.data }
    return state.status === 'none' ? state : { ...state, status: statusAfter[event.type] }
  },
})

const statusAfter = { AccessApproved: 'approved', AccessRefused: 'refused', AccessEnded: 'ended' } as const

/** Whether there is such a person is not looked at: who asks must not learn it by asking. */
export const requestAccess = accessGrant.command('requestAccess', {
  of: ({ body }, { newId }) => body.id ?? newId('acg'),
  needs: {
    contractor: rowOf(
      ({ body: { ownerOrgId = '' } }) => sql<{ agreement_ids: string[] }>`
        select array(select agreement_id from host.agreements where contractor_id = ${ownerOrgId}) as agreement_ids`,
    ),
  },
  decide: ({ body: { id: _, reason, ...request } }, _state, { today, actor }, { contractor }) => {
    const { ownerOrgId = actor.orgId, until } = request
    const common = contractor?.agreement_ids.some((id) => actor.agreementIds.includes(id))
    // A funder asks the contractors of its agreements, and a contractor's own people ask their own.
    if (actor.kind === 'funder' ? !common : ownerOrgId !== actor.orgId)
      return refuse('party-not-known', { organisationId: ownerOrgId, kind: 'contractor' })
    const latest = daysAfter(today, 90)
    if (until < today || until > latest) return refuse('access-until-wrong', { until, today, latest })
    return [
      {
        type: 'AccessRequested',
        data: { ...request, ownerOrgId, askedBy: handOf(actor, ownerOrgId) },
        sealed: { reason },
      },
    ]
  },
})

export const approveAccess = accessGrant.command('approveAccess', {
  of: ({ path }) => path.accessGrantId,
  decide: (_, state, { today, actor }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'approved') return []
    const { personId, ownerOrgId, askedBy, until } = state.asked
    const refusal = refuseUnlessRequested(state)
    if (refusal) return refusal
    if (until < today) return refuse('access-not-open', { status: 'expired' })
    if (sameHand(actor, askedBy)) return refuse('another-hand-needed')
    return [{ type: 'AccessApproved', data: { personId, ownerOrgId, decidedBy: handOf(actor, ownerOrgId) } }]
  },
})

export const refuseAccess = accessGrant.command('refuseAccess', {
  of: ({ path }) => path.accessGrantId,
  decide: ({ body: { reason } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'refused') return []
    const { personId, ownerOrgId } = state.asked
    const data = { personId, ownerOrgId, reason, decidedBy: handOf(actor, ownerOrgId) }
    return refuseUnlessRequested(state) ?? [{ type: 'AccessRefused', data }]
  },
})

/** Also a request that nobody has decided upon is taken back like this. */
export const endAccess = accessGrant.command('endAccess', {
  of: ({ path }) => path.accessGrantId,
  decide: ({ body: { reason } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'ended') return []
    if (state.status === 'refused') return refuse('access-not-open', { status: state.status })
    const { personId, ownerOrgId } = state.asked
    return [{ type: 'AccessEnded', data: { personId, ownerOrgId, reason } }]
  },
})

const refuseUnlessRequested = ({ status }: AccessGrant): Refusal | undefined =>
  status === 'requested' ? undefined : refuse('access-not-open', { status })

const daysAfter = (day: string, days: number) =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)
