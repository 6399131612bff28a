import { refuseIdNumber, sealedIdentity } from '@wushe/slice'
import { idNumberClaims } from './identity.ts'
import { divisionFlags, subject } from './subject.ts'

export const registerSubject = subject.command('registerSubject', {
  of: ({ body }, { newId }) => body.id ?? newId('sub'),
  claims: idNumberClaims,
  decide: ({ body }, _, { newId, today }) => {
    const { id = newId('sub'), identity, ...facts } = body
    const refusal = refuseIdNumber(identity, today)
    if (refusal) return refusal
    const data = { ...facts, flags: divisionFlags(facts.divisionCode) }
    return [{ type: 'SubjectRegistered', data, sealed: sealedIdentity(id, identity) }]
  },
})
