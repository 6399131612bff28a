import { refuseIdNumber, sealedIdentity } from '@wushe/slice'
import type { Moment } from '@wushe/slice'
import { factsOf, practitioner, refuseProgramme } from './practitioner.ts'

export const registerPractitioner = practitioner.command('registerPractitioner', {
  of: idOf,
  decide: (input, state, moment) => {
    const { body } = input
    const refusal = refuseProgramme(body) ?? refuseIdNumber(body.identity, moment.today)
    if (refusal) return refusal
    if (state.status !== 'none') return []
    return [
      {
        type: 'PractitionerRegistered',
        data: factsOf(body),
        sealed: sealedIdentity(idOf(input, moment), body.identity),
      },
    ]
  },
})

function idOf({ body }: { body: { id?: string } }, { newId }: Moment) {
  return body.id ?? newId('pra')
}
