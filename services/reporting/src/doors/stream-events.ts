import { isRefusal, sql, stream } from '@wushe/slice'
import { cloudEvent, readLedger, sequenceOf } from './ledger.ts'

export const streamEvents = stream('streamEvents', async ({ query: wanted }, after, asking, rows) => {
  const from = after ?? (await rows(sql<{ position: string }>`select position::text from inbox.head`))[0]!.position
  const { types, agreementId } = wanted
  const part = await readLedger({ types, agreementId, after: from, limit: 100 }, asking, rows)
  if (isRefusal(part)) return part
  return {
    messages: part.events.map((row) => ({ id: sequenceOf(row.position), data: cloudEvent(row) })),
    after: sequenceOf(part.reached),
    more: part.more,
  }
})
