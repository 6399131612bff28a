import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { memoryEventStore, type Recorded } from '@wushe/event-store'
import type { RecordSlice } from '@wushe/slice'
import fc from 'fast-check'
import { openFollowing, record, type OpenFollowing } from './following.fixture.ts'
import { foldRecord, recordOf, type RecordVersion } from './record-fold.ts'
import { createRecordTable, recordFollower } from './records.ts'
import { toSliceEvent } from './slice-event.ts'
import { inTransaction, sendAll } from './transaction.ts'

let f: OpenFollowing
beforeAll(async () => {
  f = await openFollowing()
  await createRecordTable(f.pool, 'cases.case_record')
  await createRecordTable(f.pool, 'cases.case_record')
})
afterAll(() => f.close())

/** Cases, and inside each the sessions that have ids of their own. */
type Data = {
  worker?: string
  status?: string
  session?: string
  minutes?: number
  agreementId?: string
  siteId?: string
}

const caseRecord = {
  name: 'Case',
  category: 'case',
  table: 'cases.case_record',
  revision: 1,
  of: ({ streamId }) => streamId,
  sealedFrom: ['Changed'],
  fold: (body, { type, data }) => {
    const { worker, status, siteId } = data as Data
    if (type === 'Opened') return { status: 'open', workers: [worker] }
    if (!body || type !== 'Changed') return body
    return {
      ...body,
      ...(status && { status }),
      workers: [...(body as { workers: [] }).workers, worker],
      ...(siteId && { siteId }),
    }
  },
} as Partial<RecordSlice> as RecordSlice

const sessionRecord: RecordSlice = {
  ...caseRecord,
  of: ({ data }) => (data as Data).session,
  fold: (body, { data }) => ({ ...body, minutes: (data as Data).minutes ?? 0 }),
}

const rowsOf = async () =>
  f.rows(`select id, version, position, until, created, tenant, agreement_id as "agreementId", site_id as "siteId", status,
            occurred_on::text as "occurredOn", stream, body, sealed,
            to_char(recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt",
            to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "updatedAt"
          from cases.case_record order by id, version`)

const apply = (slice: RecordSlice, events: Recorded[]) =>
  inTransaction(f.pool, [], async (client) =>
    sendAll(client, (await recordFollower(slice).apply(events, client, (table) => table)) ?? []),
  )

const opening = { occurredOn: '2022-03-04', agreementId: 'agr_1', siteId: 'sta_1', worker: 'pra_1' }

test('a record keeps each version, with what the first event said of it', async () => {
  const store = memoryEventStore()
  await f.pool.query('truncate cases.case_record')
  await record(store, 'case-cas_1', [{ ...opening, sealed: { 'note.sub_1': 'A', note: 'B' } }], 'Opened')
  await record(store, 'case-cas_1', [{ worker: 'pra_2', siteId: 'sta_2', sealed: { note: 'C' } }], 'Changed')
  await record(store, 'case-cas_1', [{}], 'Unheard')
  const { events } = await store.log.page('start', { limit: 10 })
  await apply(caseRecord, events)
  const base = {
    ...{
      id: 'cas_1',
      tenant: 'org_1',
      agreementId: 'agr_1',
      status: 'open',
      occurredOn: '2022-03-04',
      stream: 'case-cas_1',
    },
    ...{ created: events[0]!.position, recordedAt: '2026-03-03T10:12:09.123Z', updatedAt: '2026-03-03T10:12:09.123Z' },
  }
  const [first, second, third] = events.map(({ position }) => position)
  const moved = {
    siteId: 'sta_2',
    body: { status: 'open', workers: ['pra_1', 'pra_2'] },
    sealed: { 'note.sub_1': 'A', note: 'C' },
  }
  expect(await rowsOf()).toEqual([
    {
      ...{ ...base, version: 1, position: first, until: second, siteId: 'sta_1' },
      ...{ body: { status: 'open', workers: ['pra_1'] }, sealed: { 'note.sub_1': 'A', note: 'B' } },
    },
    { ...base, ...moved, version: 2, position: second, until: third },
    { ...base, ...moved, version: 3, position: third, until: null },
  ])
  expect(await rowsOf()).toEqual(foldRecord(caseRecord, undefined, events.map(toSliceEvent)))
  expect(recordOf(caseRecord, events.map(toSliceEvent), 'cas_1')).toEqual((await rowsOf()).at(-1))
  expect(recordOf(caseRecord, events.map(toSliceEvent), 'cas_2')).toBeUndefined()
})

test('an event of another record of the same stream makes no version', async () => {
  const store = memoryEventStore()
  await f.pool.query('truncate cases.case_record')
  await record(store, 'case-cas_1', [
    opening,
    { session: 'ses_1', minutes: 5 },
    { session: 'ses_2' },
    { session: 'ses_1', minutes: 7 },
  ])
  const { events } = await store.log.page('start', { limit: 10 })
  await apply(sessionRecord, events)
  expect(await f.rows('select id, version, body from cases.case_record order by id, version')).toEqual([
    { id: 'ses_1', version: 2, body: { minutes: 5 } },
    { id: 'ses_1', version: 4, body: { minutes: 7 } },
    { id: 'ses_2', version: 3, body: { minutes: 0 } },
  ])
})

const told = fc.array(
  fc.record({
    stream: fc.integer({ min: 1, max: 4 }),
    type: fc.constantFrom('Opened', 'Changed', 'Changed', 'Unheard'),
    data: fc.record(
      {
        worker: fc.string(),
        status: fc.constantFrom('open', 'closed'),
        siteId: fc.string(),
        session: fc.constantFrom('a', 'b'),
      },
      { requiredKeys: ['worker'] },
    ),
    sealed: fc.option(fc.dictionary(fc.constantFrom('note', 'pii.x'), fc.string(), { maxKeys: 2 })),
  }),
  { minLength: 1, maxLength: 40 },
)

test('any split into batches, and any repetition, gives the same table', () =>
  fc.assert(
    fc.asyncProperty(
      told,
      fc.array(fc.record({ take: fc.integer({ min: 1, max: 9 }), back: fc.integer({ min: 0, max: 5 }) }), {
        minLength: 1,
      }),
      fc.constantFrom(caseRecord, sessionRecord),
      async (story, steps, slice) => {
        const store = memoryEventStore()
        for (const { stream, type, data, sealed } of story)
          await record(store, `case-${stream}`, [{ ...data, sealed }], type)
        const { events } = await store.log.page('start', { limit: 1000 })

        await f.pool.query('truncate cases.case_record')
        for (let done = 0, step = 0; done < events.length; step++) {
          const { take, back } = steps[step % steps.length]!
          await apply(slice, events.slice(Math.max(0, done - back), done + take))
          done += take
        }
        expect(await rowsOf()).toEqual(byId(slice, events))

        // The list as it stood at any position is what the events up to there make.
        for (const { position } of events.filter((_, i) => i % 5 === 0)) {
          const then = await f.rows<{ id: string; version: number }>(
            `select id, version from cases.case_record
             where position <= $1 and (until is null or until > $1) order by id`,
            [position],
          )
          const known = byId(
            slice,
            events.filter((event) => event.position <= position),
          )
          expect(then).toEqual(known.filter(({ until }) => until === null).map(({ id, version }) => ({ id, version })))
        }
      },
    ),
    { numRuns: 40 },
  ))

/** Straight from the events, without any table. */
const byId = (slice: RecordSlice, events: Recorded[]): RecordVersion[] => {
  const ids = new Set(events.map((event) => slice.of(toSliceEvent(event))))
  return [...ids]
    .filter((id) => id !== undefined)
    .flatMap((id) =>
      foldRecord(
        slice,
        undefined,
        events.map(toSliceEvent).filter((event) => slice.of(event) === id),
      ),
    )
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.version - b.version))
}
