import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Recorded } from '@wushe/event-store'
import { sendAll, statementFollower } from '@wushe/feed'
import fc from 'fast-check'
import { openLedger } from '../figures/ledger.fixture.ts'
import { changes } from './changes.ts'

let ledger: Awaited<ReturnType<typeof openLedger>>
beforeAll(async () => void (ledger = await openLedger()))
afterAll(() => ledger?.close())

const agreements = [undefined, 'agr_01h455vb4pex5vsknk084sn001', 'agr_01h455vb4pex5vsknk084sn002']
const types = ['SubjectRegistered', 'SubjectCorrected', 'SubjectRestricted', 'SubjectErased', 'SubjectVoided'] as const
const story = fc.array(
  fc.record({
    person: fc.integer({ min: 1, max: 3 }),
    type: fc.constantFrom(...types),
    agreementId: fc.constantFrom(...agreements),
  }),
  { minLength: 1, maxLength: 24 },
)

/** As the inbox of reporting holds them. */
const eventsOf = (told: { person: number; type: string; agreementId: string | undefined }[]) => {
  const revisions = new Map<number, bigint>()
  return told.map(({ person, type, agreementId }, index) => {
    const revision = (revisions.get(person) ?? -1n) + 1n
    revisions.set(person, revision)
    const at = new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString()
    return {
      ...{ id: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`, type, schema: 1, source: 'case', at },
      ...{ stream: `subject-sub_01h455vb4pex5vsknk084sn00${person}`, revision, sealed: null, entry: Buffer.from('') },
      position: `in:${index.toString(16).padStart(16, '0')}`,
      data: { ...(agreementId && { agreementId }) },
      meta: { tenant: 'org_01h455vb4pex5vsknk084sn001', recordedAt: at },
    } as unknown as Recorded
  })
}

const tableAfter = async (events: readonly Recorded[], size: number) => {
  const { apply } = statementFollower(changes, { service: 'reporting' })
  const client = await ledger.pool.connect()
  try {
    await client.query('truncate reporting.changes')
    for (let done = 0; done < events.length; done += size)
      await sendAll(client, (await apply(events.slice(done, done + size), client, (table) => table)) ?? [])
    return (await client.query('select * from reporting.changes order by id, agreement_id')).rows as unknown[]
  } finally {
    client.release()
  }
}

test('what changed, and where it went, is the same however many events are taken together', () =>
  fc.assert(
    fc.asyncProperty(story, fc.integer({ min: 2, max: 24 }), async (told, size) => {
      const events = eventsOf(told)
      expect(await tableAfter(events, size)).toEqual(await tableAfter(events, 1))
    }),
    { numRuns: 60 },
  ))

test('who was erased or withdrawn stays so, and who went to another agreement leaves a row behind', async () => {
  const [first, second] = [agreements[1], agreements[2]]
  const events = eventsOf([
    { person: 1, type: 'SubjectRegistered', agreementId: first },
    { person: 1, type: 'SubjectCorrected', agreementId: second },
    { person: 1, type: 'SubjectErased', agreementId: second },
    { person: 1, type: 'SubjectRestricted', agreementId: second },
  ])
  expect(await tableAfter(events, 4)).toEqual([
    expect.objectContaining({ agreement_id: first, op: 'outOfScope', version: 2, current: false, first_sequence: '0' }),
    expect.objectContaining({ agreement_id: second, op: 'erased', version: 4, current: true, first_sequence: '1' }),
  ])
})
