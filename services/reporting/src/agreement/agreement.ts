import type { Streams } from '@wushe/contracts'
import { aggregate, refuse } from '@wushe/slice'

type Drafted = Extract<Streams['agreement'], { type: 'AgreementDrafted' }>['data']
export type Agreement = { status: 'none' } | { status: 'drafted' | 'signed' | 'active' | 'ended'; terms: Drafted }

/** The purchaser, who began it, writes it; it belongs to the contractor, who writes the facts. */
export const agreement = aggregate('agreement', {
  initial: { status: 'none' } as Agreement,
  owner: (first) => ('contractorId' in first.data ? first.data.contractorId : ''),
  evolve: (state, event): Agreement => {
    if (event.type === 'AgreementDrafted') return { status: 'drafted', terms: event.data }
    if (state.status === 'none') return state
    switch (event.type) {
      case 'AgreementSigned':
        return { ...state, status: 'signed' }
      case 'AgreementActivated':
        return { ...state, status: 'active' }
      case 'AgreementEnded':
        return { ...state, status: 'ended' }
    }
  },
})

export const stateWrong = ({ status }: Agreement) => refuse('agreement-state-wrong', { status })

export const funderIdsOf = ({ funds }: Drafted) => funds.map((fund) => fund.funderId)
