import type { Schemas, Streams } from '@wushe/contracts'
import { checkUscc } from '@wushe/contracts/codes'
import { aggregate, refuse, refuseIdNumber, rightsAfter, type PersonRights } from '@wushe/slice'

export type ProviderFacts = Extract<Streams['provider'], { type: 'ProviderRegistered' }>['data']
export type Provider = { status: 'none' } | ({ status: 'active' | 'voided'; facts: ProviderFacts } & PersonRights)

/** Who may give resources. A private person is named in the sealed identity only. */
export const provider = aggregate('provider', {
  initial: { status: 'none' } as Provider,
  evolve: (state, event): Provider => {
    if (event.type === 'ProviderRegistered') return { status: 'active', facts: factsOf(event.data) }
    if (state.status === 'none') return state
    switch (event.type) {
      case 'ProviderCorrected':
        return { ...state, facts: factsOf(event.data) }
      case 'ProviderVoided':
        return { ...state, status: 'voided' }
      default:
        return { ...state, ...rightsAfter(event) }
    }
  },
})

export const factsOf = ({ kind, name, uscc, occurredOn }: ProviderFacts): ProviderFacts => ({
  kind,
  name,
  uscc: uscc?.toUpperCase(),
  occurredOn,
})

type Named = ProviderFacts & { identity?: Schemas['Identity'] }

/** `known` says that the identity of this individual was sealed before and may stay as it is. */
export const refuseNaming = ({ kind, name, uscc, identity }: Named, today: string, known = false) => {
  const fits = kind === 'individual' ? !name && (identity || known) : name && !identity
  if (!fits) return refuse('provider-naming-wrong')
  const check = uscc === undefined ? undefined : checkUscc(uscc)
  if (check?.ok === false) return refuse('uscc-invalid', { position: check.position, reason: check.reason })
  return identity && refuseIdNumber(identity, today)
}
