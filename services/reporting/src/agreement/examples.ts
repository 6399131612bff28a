import type { Streams } from '@wushe/contracts'

export const agreementId = 'agr_01h455vb4pex5vsknk084sn001'
const contractorId = 'org_01h455vb4pex5vsknk084sn002'
/** Who asks in the tests. */
export const purchaserId = 'org_01j00000000000000000000001'
const countingRules = { phoneMinMinutes: 0, collateralsCount: false }

export const terms = {
  contractorId,
  title: '阿拉尔市社会工作服务站运营',
  legalBasis: 'government-procurement',
  from: '2025-07-01',
  to: '2026-06-30',
  divisions: ['659002001'],
  funds: [{ funderId: purchaserId, share: 10_000 }],
} as const

export const drafted = {
  type: 'AgreementDrafted',
  data: { ...terms, divisions: [...terms.divisions], funds: [...terms.funds], purchaserId, countingRules },
} satisfies Streams['agreement']
export const signed = { type: 'AgreementSigned', data: { occurredOn: '2025-06-20' } } satisfies Streams['agreement']
export const activated = {
  type: 'AgreementActivated',
  data: {
    contractorId,
    purchaserId,
    funderIds: [purchaserId],
    from: terms.from,
    to: terms.to,
    divisions: [...terms.divisions],
    countingRules,
    occurredOn: '2025-07-01',
  },
} satisfies Streams['agreement']
export const ended = {
  type: 'AgreementEnded',
  data: { contractorId, purchaserId, funderIds: [purchaserId], occurredOn: '2026-03-01' },
} satisfies Streams['agreement']
