import { isRefusal, query } from '@wushe/slice'
import { cloudEvent, readLedger, sequenceOf } from './ledger.ts'

export const listEvents = query('listEvents', async ({ query: asked }, asking, rows) => {
  const { after = '0', limit = 100, ...wanted } = asked
  const part = await readLedger({ ...wanted, after, limit: Math.min(limit, 500) }, asking, rows)
  if (isRefusal(part)) return part
  const position = sequenceOf(part.reached)
  const filters = Object.entries(asked).flatMap(([name, value]) => (name === 'after' ? [] : [[name, String(value)]]))
  const link = `/v1/events?${new URLSearchParams([['after', position], ...filters] as [string, string][])}`
  return {
    data: part.events.map(cloudEvent),
    position,
    ...(part.more ? { nextLink: link } : { deltaLink: link }),
  }
})
