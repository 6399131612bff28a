import type { Streams } from '@wushe/contracts'
import { admin, askedBy, personId } from '../access-grant/examples.ts'

export { admin, askedBy }
export const overrideId = 'aor_01jnew00000000000000000000'
export const reason = '来电称其有轻生念头，须联系监护人'
export const request = { personId, purpose: 'safety-emergency', durationMinutes: 60 } as const

export const started = {
  type: 'AccessOverrideStarted',
  data: {
    ...{ personId, purpose: 'safety-emergency' },
    ...{ until: '2026-03-02T05:00:00.000Z', reviewDueOn: '2026-03-09', askedBy },
  },
} satisfies Streams['accessoverride']
export const ended = { type: 'AccessOverrideEnded', data: { personId } } satisfies Streams['accessoverride']
export const reviewed = {
  type: 'AccessOverrideReviewed',
  data: { personId, finding: 'justified', reviewedBy: admin },
} satisfies Streams['accessoverride']
