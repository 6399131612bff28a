import type { Streams } from '@wushe/contracts'
import { agreementId, purchaserId, terms as agreementTerms } from '../agreement/examples.ts'

export const grantId = 'gra_01h455vb4pex5vsknk084sn001'
export const { contractorId } = agreementTerms

/** As the service's own copy knows it. */
export const agreement = {
  contractor_id: contractorId,
  purchaser_id: purchaserId,
  party_ids: [contractorId, purchaserId],
  is_funder: true,
}

export const terms = {
  agreementId,
  funderOrgId: purchaserId,
  view: 'named',
  basis: 'acceptance',
  validFrom: '2026-03-01',
  validTo: '2026-03-31',
} as const

export const given = {
  type: 'AgreementGrantGiven',
  data: { ...terms, contractorId, purchaserId, givenBy: contractorId },
} satisfies Streams['grant']

export const ended = {
  type: 'AgreementGrantEnded',
  data: { agreementId, funderOrgId: purchaserId, reason: 'purpose-fulfilled' },
} satisfies Streams['grant']
