import type { Streams } from '@wushe/contracts'

const agreementId = 'agr_01h455vb4pex5vsknk084sn001'
const siteId = 'sta_01h455vb4pex5vsknk084sn001'
export const path = { projectId: 'prj_01h455vb4pex5vsknk084sn001' }
export const facts = { kind: 'special', theme: '一街镇一特色', agreementId, siteId, occurredOn: '2025-09-01' } as const

export const started = { type: 'ProjectStarted', data: facts } satisfies Streams['project']
export const closed = {
  type: 'ProjectClosed',
  data: { kind: 'special', result: 'achieved', occurredOn: '2026-02-01', agreementId, siteId },
} satisfies Streams['project']
export const voided = {
  type: 'ProjectVoided',
  data: { kind: 'special', reason: 'duplicate', agreementId, siteId },
} satisfies Streams['project']
