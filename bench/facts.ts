import { randomUUID } from 'node:crypto'
import type { NewEvent } from '@wushe/event-store'

export type FactType = 'ActivityPlanned' | 'ActivityHeld'

/** An event of the size that the service for cases writes; only its id differs from one to the next. */
export const fact = (type: FactType = 'ActivityHeld'): NewEvent => ({
  id: randomUUID(),
  type,
  schema: 1,
  data: texts[type],
  sealed: null,
  meta: metaText,
  entry,
})

/** The same bytes for stores that take values and make the text themselves. */
export const factAsValue = (type: FactType = 'ActivityHeld') => ({
  type,
  data: data[type],
  metadata,
})

export const streamName = () => `activity-${randomUUID()}`

const where = { agreementId: 'agr_01h455vb4pex5vsknk084sn001', siteId: 'sta_01h455vb4pex5vsknk084sn001' }
const data = {
  ActivityPlanned: { kind: 'lecture', occurredOn: '2023-05-01', plannedOccurrences: 9, title: '防溺水讲座', ...where },
  ActivityHeld: {
    evidence: [{ label: 'sign-in-sheet', mediaType: 'image/jpeg', sha256: '9f86d081'.repeat(8) }],
    headcount: { method: 'count', value: 94 },
    occurredOn: '2023-05-01',
    occurrenceId: 'occ_01h455vb4pex5vsknk084sn001',
    ...where,
  },
}
const meta = {
  recordedAt: '2026-03-03T10:12:09.123Z',
  tenant: 'org_01h455vb4pex5vsknk084sn001',
  occurredOn: '2023-05-01',
  ...where,
  actor: { orgId: 'org_01h455vb4pex5vsknk084sn001', kind: 'contractor', keyId: 'key_01h455vb4pex5vsknk084sn001' },
  channel: 'api',
  commandId: '5f0b2f0e-9d0a-5c55-8a51-77f5e0c0a5ee',
  correlationId: 'req_019c8a6f5d6b7f0e9a4b3c2d1e0f9a8b',
  salt: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA',
}
const entry = Buffer.from(
  JSON.stringify({
    at: '2026-03-03T10:12:09Z',
    c: { data: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA' },
    id: '5f0b2f0e-9d0a-5c55-8a51-77f5e0c0a5ee',
    st: 'k_q83vEjRWeJCrze8SNFZ4kKvN7x',
    sv: 0,
    ty: 'ActivityHeld@1',
    v: 1,
  }),
)
const metaText = JSON.stringify(meta)
const texts = { ActivityPlanned: JSON.stringify(data.ActivityPlanned), ActivityHeld: JSON.stringify(data.ActivityHeld) }
/** Who has no column for the entry keeps it here. */
const metadata = { ...meta, entry: entry.toString('base64') }
