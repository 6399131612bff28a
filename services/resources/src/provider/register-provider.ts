import { sealedIdentity } from '@wushe/slice'
import type { Moment } from '@wushe/slice'
import { factsOf, provider, refuseNaming } from './provider.ts'

export const registerProvider = provider.command('registerProvider', {
  of: idOf,
  decide: (input, state, moment) => {
    const { body } = input
    const refusal = refuseNaming(body, moment.today)
    if (refusal) return refusal
    if (state.status !== 'none') return []
    const sealed = body.identity && sealedIdentity(idOf(input, moment), body.identity)
    return [{ type: 'ProviderRegistered', data: factsOf(body), sealed }]
  },
})

function idOf({ body }: { body: { id?: string } }, { newId }: Moment) {
  return body.id ?? newId('prv')
}
