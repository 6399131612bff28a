import type { Streams } from '@wushe/contracts'

export const accessGrantId = 'acg_01jnew00000000000000000000'
export const personId = 'sub_01h455vb4pex5vsknk084sn001'
export const ownerOrgId = 'org_01h455vb4pex5vsknk084sn001'
export const funderId = 'org_01h455vb4pex5vsknk084sn002'
export const reason = '转介前需了解服务经过，以便衔接'

export const askedBy = { orgId: ownerOrgId, keyId: 'key_01h455vb4pex5vsknk084sn001' }
export const admin = { orgId: ownerOrgId, keyId: 'key_01h455vb4pex5vsknk084sn002' }
export const request = { personId, purpose: 'handover', until: '2026-04-30' } as const

export const requested = {
  type: 'AccessRequested',
  data: { ...request, ownerOrgId, askedBy },
} satisfies Streams['accessgrant']
export const approved = {
  type: 'AccessApproved',
  data: { personId, ownerOrgId, decidedBy: admin },
} satisfies Streams['accessgrant']
export const refused = {
  type: 'AccessRefused',
  data: { personId, ownerOrgId, reason: 'not-needed', decidedBy: admin },
} satisfies Streams['accessgrant']
export const ended = {
  type: 'AccessEnded',
  data: { personId, ownerOrgId, reason: 'purpose-fulfilled' },
} satisfies Streams['accessgrant']
