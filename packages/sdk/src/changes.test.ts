import { afterEach, expect, test } from '@jest/globals'
import { aServer, json } from './server.fixture.ts'
import { createWushe } from './wushe.ts'

let server: Awaited<ReturnType<typeof aServer>>
afterEach(() => server?.stop())

/** Twenty-five changes, ten in a page at most, as api.md says. */
const aLedger = async (host: string) => {
  const asked: string[] = []
  server = await aServer(({ url }, res) => {
    asked.push(url.pathname + url.search)
    const since = Number(url.searchParams.get('since')?.slice(3) ?? 0)
    const limit = Number(url.searchParams.get('limit') ?? 10)
    const upTo = Math.min(25, since + limit)
    const data = Array.from({ length: upTo - since }, (_, at) => ({
      ...{ type: 'case', id: `cas_${since + at + 1}`, op: 'upsert', version: 1 },
    }))
    const next = new URL(url)
    next.searchParams.set('since', `d1-${upTo}`)
    const link = host + next.pathname + next.search
    json(res, 200, { data, ...(upTo < 25 ? { nextLink: link } : { deltaLink: link }) })
  })
  return { asked, wushe: createWushe({ baseUrl: server.url, apiKey: 'wsk_1' }) }
}

test.each(['', 'http://inside.example'])(
  'changes end when there are no more, and go on after a token (%s)',
  async (host) => {
    const { asked, wushe } = await aLedger(host)
    const copy = new Map<string, string>()
    let kept: string | undefined
    for await (const { changes, token } of wushe.changes({ types: ['case', 'caseSession'] })) {
      for (const { id, op } of changes) copy.set(id, op)
      kept = token
    }
    expect([copy.size, kept]).toEqual([25, 'd1-25'])
    expect(asked).toEqual([
      '/v1/changes?types=case%2CcaseSession',
      '/v1/changes?types=case%2CcaseSession&since=d1-10',
      '/v1/changes?types=case%2CcaseSession&since=d1-20',
    ])
    const later = []
    for await (const batch of wushe.changes({ since: kept })) later.push(batch)
    expect(later).toEqual([{ changes: [], token: 'd1-25' }])
  },
)

test('a batch whose token was not kept comes again', async () => {
  const { wushe } = await aLedger('')
  const seen: string[][] = []
  let kept: string | undefined
  for (let run = 0; run < 2; run++)
    for await (const { changes, token } of wushe.changes({ since: kept, limit: 15 })) {
      seen.push(changes.map(({ id }) => id))
      if (run === 0) break // As if the process had died here.
      kept = token
    }
  expect(seen.map((batch) => [batch[0], batch.length])).toEqual([
    ['cas_1', 15],
    ['cas_1', 15],
    ['cas_16', 10],
  ])
})
