import type { Streams } from '@wushe/contracts'
import { aggregate, handIs, refuse, rowOf, sameHand, sealedNote, sql } from '@wushe/slice'
import { handOf } from '../hand-of.ts'
import { workingDaysAfter } from './working-days.ts'

type Started = Extract<Streams['accessoverride'], { type: 'AccessOverrideStarted' }>['data']
export type AccessOverride = { status: 'none' } | { status: 'started' | 'ended'; started: Started; reviewed: boolean }

/** In an emergency somebody opens one person's record to themselves. Afterwards another hand says whether it was one. */
export const accessOverride = aggregate('accessoverride', {
  initial: { status: 'none' } as AccessOverride,
  evolve: (state, event): AccessOverride => {
    if (event.type === 'AccessOverrideStarted') return { status: 'started', started: event.data, reviewed: false }
    if (state.status === 'none') return state
    return { ...state, status: 'ended', reviewed: state.reviewed || event.type === 'AccessOverrideReviewed' }
  },
})

/** Whether there is such a person is not looked at: who asks must not learn it by asking. */
export const startAccessOverride = accessOverride.command('startAccessOverride', {
  of: ({ body }, { newId }) => body.id ?? newId('aor'),
  needs: {
    overdue: rowOf(
      (_, { today, actor }) => sql<{ overrideId: string; reviewDueOn: string }>`
        select override_id as "overrideId", review_due_on::text as "reviewDueOn" from host.access_overrides
        where ${handIs(actor)} and not reviewed and review_due_on < ${today}::date
        order by review_due_on limit 1`,
    ),
  },
  decide: ({ body }, _, { now, today, actor }, { overdue }) => {
    if (overdue) return refuse('review-overdue', overdue)
    const { personId, purpose, reason, durationMinutes } = body
    const until = new Date(Date.parse(now) + durationMinutes * 60_000).toISOString()
    const reviewDueOn = workingDaysAfter(today, 5)
    const data = { personId, purpose, until, reviewDueOn, askedBy: handOf(actor, actor.orgId) }
    return [{ type: 'AccessOverrideStarted', data, sealed: { reason } }]
  },
})

export const endAccessOverride = accessOverride.command('endAccessOverride', {
  of: ({ path }) => path.overrideId,
  decide: (_, state) => {
    if (state.status === 'none') return refuse('not-found')
    return state.status === 'ended' ? [] : [{ type: 'AccessOverrideEnded', data: { personId: state.started.personId } }]
  },
})

export const reviewAccessOverride = accessOverride.command('reviewAccessOverride', {
  of: ({ path }) => path.overrideId,
  decide: ({ body: { finding, note } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    const { personId, askedBy } = state.started
    if (sameHand(actor, askedBy)) return refuse('another-hand-needed')
    if (state.reviewed) return refuse('override-already-reviewed')
    const data = { personId, finding, reviewedBy: handOf(actor, actor.orgId) }
    return [{ type: 'AccessOverrideReviewed', data, sealed: sealedNote(note) }]
  },
})
