import { refuse, refuseSealing, sealedNote } from '@wushe/slice'
import { practitioner } from './practitioner.ts'

export const recordDeparture = practitioner.command('recordDeparture', {
  of: ({ path }) => path.practitionerId,
  decide: ({ path: { practitionerId }, body: { reason, occurredOn, note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'left') return []
    if (state.status === 'voided') return refuse('practitioner-not-active', { status: state.status })
    const { agreementId, siteId, occurredOn: startedOn } = state.facts
    if (occurredOn < startedOn) return refuse('period-wrong', { from: startedOn, to: occurredOn })
    const refusal = refuseSealing(state, practitionerId, note)
    if (refusal) return refusal
    return [
      {
        type: 'PractitionerLeft',
        data: { reason, occurredOn, agreementId, siteId },
        sealed: sealedNote(note, practitionerId),
      },
    ]
  },
})
