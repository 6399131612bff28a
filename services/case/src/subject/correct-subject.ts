import { refuse, refuseIdNumber, refuseSealing, sealedIdentity, sealedNote, together } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { idNumberClaims } from './identity.ts'
import { divisionFlags, subject } from './subject.ts'

export const correctSubject = subject.command('correctSubject', {
  of: ({ path }) => path.subjectId,
  claims: idNumberClaims,
  decide: ({ path: { subjectId }, body }, state, { today }) => {
    const { identity, note, reason, ...corrected } = body
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('already-voided', { id: subjectId })
    const refusal = refuseSealing(state, subjectId, identity, note) ?? (identity && refuseIdNumber(identity, today))
    if (refusal) return refusal

    const facts = { ...corrected, flags: divisionFlags(corrected.divisionCode) }
    const data = { ...facts, reason }
    if (identity === undefined && note === undefined)
      return sameFact(state.facts, facts) ? [] : [{ type: 'SubjectCorrected', data }]
    // What lies sealed cannot be compared, so it is recorded each time.
    const sealed = together(identity && sealedIdentity(subjectId, identity), sealedNote(note, subjectId))
    return [{ type: 'SubjectCorrected', data, sealed }]
  },
})
