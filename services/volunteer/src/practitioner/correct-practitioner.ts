import { refuse, refuseIdNumber, refuseSealing, sealedIdentity, sealedNote, together } from '@wushe/slice'
import { factsOf, practitioner, refuseProgramme } from './practitioner.ts'

export const correctPractitioner = practitioner.command('correctPractitioner', {
  of: ({ path }) => path.practitionerId,
  decide: ({ path: { practitionerId }, body: { identity, note, reason, ...body } }, state, { today }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('practitioner-not-active', { status: state.status })
    const facts = factsOf(body)
    const refusal =
      refuseProgramme(facts) ??
      refuseSealing(state, practitionerId, identity, note) ??
      (identity && refuseIdNumber(identity, today))
    if (refusal) return refusal
    if (state.status === 'left' && state.leftOn < facts.occurredOn)
      return refuse('period-wrong', { from: facts.occurredOn, to: state.leftOn })
    // What is sealed cannot be compared: an identity or a note that comes along is always recorded.
    if (!identity && !note && JSON.stringify(facts) === JSON.stringify(state.facts)) return []
    return [
      {
        type: 'PractitionerCorrected',
        data: { ...facts, reason },
        sealed: together(identity && sealedIdentity(practitionerId, identity), sealedNote(note, practitionerId)),
      },
    ]
  },
})
