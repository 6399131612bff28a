import { query, raw, refuse, sql, type Actor } from '@wushe/slice'
import { thingTypes } from '../places.ts'
import { sequenceOf } from './ledger.ts'
import { seenBy } from './seen-by.ts'

type Row = {
  type: string
  id: string
  op: string
  version: number
  href: string
  agreement_id: string
  sequence: string
  changed_at: string
}

/**
 * The latest change of each record, in the order of the ledger. The table moves on in whole transactions and in that
 * order, so nothing appears later before the last row that was seen. Rows of one event stay on one page.
 */
export const listChanges = query('listChanges', async ({ query: asked }, { actor }, rows) => {
  const { since, types, limit: wanted = 100 } = asked
  const unknown = types?.split(',').find((type) => !thingTypes.includes(type))
  if (unknown !== undefined) return refuse('record-type-not-known', { type: unknown, types: thingTypes.join(', ') })
  const limit = Math.min(wanted, 500)
  const after = BigInt(since?.slice('d1-'.length) ?? 0)
  const [head] = await rows(sql<{ position: string }>`select position::text from inbox.head`)
  if (after > BigInt(head!.position))
    return refuse('position-not-reached', { after: String(after), position: head!.position })
  const found = await rows(sql<Row>`
    select * from (select type, id, op, version, href, agreement_id, sequence::text,
           to_char(changed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as changed_at
    from reporting.changes c
    where sequence > ${String(after)}::bigint and ${seen(actor, 'c')}
      and ${types === undefined ? sql`true` : sql`type = any(${types.split(',')})`}
      and (current or not exists (
        select from reporting.changes now where now.id = c.id and now.current and ${seen(actor, 'now')}))
    order by c.sequence fetch first ${limit} rows with ties) page
    order by page.sequence::numeric, type, id`)
  const token = `d1-${sequenceOf(found.at(-1)?.sequence ?? after)}`
  const link = `/v1/changes?${new URLSearchParams({ since: token, ...(types && { types }), limit: String(limit) })}`
  return {
    data: found.map(present),
    ...(found.length >= limit ? { nextLink: link } : { deltaLink: link }),
  }
})

const seen = (actor: Actor, alias: 'c' | 'now') =>
  seenBy(actor, {
    tenant: raw(`${alias}.tenant`),
    agreement: raw(`${alias}.agreement_id`),
    source: raw(`${alias}.source`),
  })

const present = ({ type, id, op, version, href, agreement_id, sequence, changed_at }: Row) => ({
  ...{ type, id, op, version },
  ...(op !== 'outOfScope' && { href }),
  ...(agreement_id !== '' && { agreementId: agreement_id }),
  sequence: sequenceOf(sequence),
  changedAt: changed_at,
})
