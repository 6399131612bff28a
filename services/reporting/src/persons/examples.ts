import type { Streams } from '@wushe/contracts'

export const correctionRequestId = 'crq_01h455vb4pex5vsknk084sn001'
export const personId = 'sub_01h455vb4pex5vsknk084sn001'

export const statement = { wrong: '出生年月写成了 2012 年', instead: '户口本上是 2011 年 4 月' }
export const about = { id: personId, pointer: '/birthYearMonth' }
export const received = { personId, requester: 'guardian', occurredOn: '2026-02-01' } as const

export const requested = {
  type: 'CorrectionRequested',
  data: { ...received, about: { ...about, type: 'subject' }, dueOn: '2026-03-03' },
} satisfies Streams['correctionrequest']

export const accepted = {
  type: 'CorrectionRequestDecided',
  data: { personId, outcome: 'accepted', corrected: [personId] },
} satisfies Streams['correctionrequest']

export const refused = {
  type: 'CorrectionRequestDecided',
  data: { personId, outcome: 'refused' },
} satisfies Streams['correctionrequest']
