import { upcast, type Recorded, type Upcasters } from '@wushe/event-store'
import type { RecordSlice } from '@wushe/slice'
import type pg from 'pg'
import type { Follower } from './follower.ts'
import { foldRecord, type RecordVersion } from './record-fold.ts'
import { toSliceEvent, type SliceEvent } from './slice-event.ts'
import { prepared } from './transaction.ts'

export type FollowerOptions = {
  /** Of the events of its own service. */
  upcasters?: Upcasters
  onPoison?: Follower['onPoison']
}

/**
 * Keeps every version of a record, so that a list can be read as it stood at any position:
 * `position <= pin and (until is null or until > pin)`. Each event that `of` says is about the record makes one.
 */
export const recordFollower = (
  record: RecordSlice,
  { upcasters = {}, onPoison = 'park' }: FollowerOptions = {},
): Follower => ({
  name: record.table,
  revision: record.revision,
  filter: { categories: [record.category] },
  concerns: (event) => record.of(toSliceEvent(upcast(event, upcasters))) !== undefined,
  tables: [record.table],
  onPoison,
  onlyHere: true,
  apply: async (events, client, tableName) => {
    const table = tableName(record.table)
    const about = eventsById(
      record,
      events.map((event) => upcast(event, upcasters)),
    )
    const current = await currentVersions(client, table, [...about.keys()])
    const versions: RecordVersion[] = []
    const closed: Closed[] = []
    for (const [id, its] of about) {
      const before = current.get(id)
      const added = foldRecord(record, before, its)
      if (before && added[0]) closed.push({ id, version: before.version, until: added[0].position })
      versions.push(...added)
    }
    if (versions.length === 0) return
    return [...(closed.length > 0 ? [close(table, closed)] : []), insert(table, versions)]
  },
})

const eventsById = (record: RecordSlice, events: readonly Recorded[]) => {
  const about = new Map<string, SliceEvent[]>()
  for (const recorded of events) {
    const event = toSliceEvent(recorded)
    const id = record.of(event)
    if (id === undefined) continue
    const its = about.get(id)
    if (its) its.push(event)
    else about.set(id, [event])
  }
  return about
}

const currentVersions = async (client: pg.ClientBase, table: string, ids: string[]) => {
  const { rows } = await client.query<RecordVersion>(
    prepared(
      `select id, version, position, until, created, tenant, agreement_id as "agreementId", site_id as "siteId", status,
             occurred_on::text as "occurredOn", ${exact('recorded_at')} as "recordedAt",
             ${exact('updated_at')} as "updatedAt", stream, body, sealed
           from ${table} where id = any($1) and until is null`,
      [ids],
    ),
  )
  return new Map(rows.map((row) => [row.id, row]))
}

const exact = (column: string) => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

type Closed = { id: string; version: number; until: string }

const close = (table: string, closed: readonly Closed[]) =>
  prepared(
    `update ${table} t set until = c.until
         from unnest($1::text[], $2::int[], $3::text[]) as c (id, version, until)
         where t.id = c.id and t.version = c.version`,
    [closed.map(({ id }) => id), closed.map(({ version }) => version), closed.map(({ until }) => until)],
  )

const insert = (table: string, versions: readonly RecordVersion[]) =>
  prepared(
    `insert into ${table} (id, version, position, until, created, tenant, agreement_id, site_id, status, occurred_on,
           recorded_at, updated_at, stream, body, sealed)
         select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
           $9::text[], $10::date[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::jsonb[], $15::json[])`,
    columns.map((column) => versions.map(column)),
  )

const columns: ((version: RecordVersion) => unknown)[] = [
  ({ id }) => id,
  ({ version }) => version,
  ({ position }) => position,
  ({ until }) => until,
  ({ created }) => created,
  ({ tenant }) => tenant,
  ({ agreementId }) => agreementId,
  ({ siteId }) => siteId,
  ({ status }) => status,
  ({ occurredOn }) => occurredOn,
  ({ recordedAt }) => recordedAt,
  ({ updatedAt }) => updatedAt,
  ({ stream }) => stream,
  ({ body }) => JSON.stringify(body),
  ({ sealed }) => sealed && JSON.stringify(sealed),
]

/** Makes the table of a record, `schema.table`, and its schema if they are not there yet. */
export const createRecordTable = async (client: pg.ClientBase | pg.Pool, table: string) => {
  await client.query(definition(table, table.slice(0, table.indexOf('.'))))
}

const definition = (table: string, schema: string) => `
  select pg_advisory_xact_lock(hashtextextended('feed table ${table}', 0));
  create schema if not exists ${schema};
  create table if not exists ${table} (
    id           text collate "C",
    version      integer,
    position     text collate "C" not null,
    until        text collate "C",
    created      text collate "C" not null,
    tenant       text not null,
    agreement_id text,
    site_id      text,
    status       text,
    occurred_on  date,
    recorded_at  timestamptz not null,
    updated_at   timestamptz not null,
    stream       text not null,
    body         jsonb not null,
    sealed       json,
    primary key (id, version)
  );
  create unique index if not exists ${nameIn(table)}_current on ${table} (id) where until is null;
  create index if not exists ${nameIn(table)}_of_tenant on ${table} (tenant, created, id);
  create index if not exists ${nameIn(table)}_of_agreement on ${table} (agreement_id, created, id);`

const nameIn = (table: string) => table.slice(table.indexOf('.') + 1)
