import { idNumberOf, refuseIdNumber, sealedIdentity } from '@wushe/slice'
import type { Moment } from '@wushe/slice'
import { volunteer } from './volunteer.ts'

/** The same ID number twice in one organisation would be one person counted twice. */
export const registerVolunteer = volunteer.command('registerVolunteer', {
  of: idOf,
  claims: ({ body: { identity } }) => {
    const number = idNumberOf(identity)
    const value = number && `${number.type}/${number.value}`
    return value ? [{ set: 'volunteer-id-number', value, personal: true, taken: 'id-number-taken' }] : []
  },
  decide: (input, state, moment) => {
    const { identity, sex, skills, serviceKinds, occurredOn, agreementId, siteId } = input.body
    const refusal = refuseIdNumber(identity, moment.today)
    if (refusal) return refusal
    if (state.status !== 'none') return []
    const hasIdNumber = idNumberOf(identity) !== undefined
    return [
      {
        type: 'VolunteerRegistered',
        data: { sex, skills, serviceKinds, hasIdNumber, occurredOn, agreementId, siteId },
        sealed: sealedIdentity(idOf(input, moment), identity),
      },
    ]
  },
})

function idOf({ body }: { body: { id?: string } }, { newId }: Moment) {
  return body.id ?? newId('vol')
}
