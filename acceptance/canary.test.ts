import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Api } from '@wushe/testkit'
import { birthDate, control, identity, inCommon, refused, text } from './canaries.fixture.ts'
import { aFolder, cleanUp, databases, launch, query, type Launched, type Ready } from './launch.fixture.ts'
import { needlesOf, search, searchFolder, type Hit } from './search.fixture.ts'
import { erase } from './rights.fixture.ts'
import { everyOperation, type Step } from './telling/every-operation.fixture.ts'
import { addressOf, leavesOf, operationNamed, valueAt } from './telling/operations.fixture.ts'
import { everythingShown, follow } from './telling/telling.fixture.ts'

const dir = aFolder()
let product: Launched
let ready: Ready
let contractor: Api
let colleague: Api
let funder: Api
let told: { by: Api; agreementId: string; steps: Step[] }
const secrets = new Set<string>()
afterAll(cleanUp, 60_000)

beforeAll(async () => {
  product = launch(dir, '--empty')
  ready = await product.ready()
  ;[contractor, funder] = [await apiOf(ready.keys.contractor), await apiOf(ready.keys.funder)]
  const agreementId = await anAgreement()
  const steps = everyOperation({
    salt: 'canary',
    agreementId,
    funderId: funder.orgId,
    division: '659002001',
    identity,
    text,
    title: (of) => `${control} ${of}`,
  })
  for (const secret of steps.flatMap(secretsIn)) secrets.add(secret)
  told = { by: contractor, agreementId, steps }
  colleague = await anotherHand()
  await follow(contractor, steps, colleague)
}, 120_000)

test('the search finds a mark in every form, wherever it stands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wushe-search-'))
  try {
    let forms = 0
    for (const mark of [...Object.values(inCommon), control])
      for (const { form, bytes } of needlesOf(mark)) {
        expect([mark, form, bytes.length > 5]).toEqual([mark, form, true])
        const file = join(folder, 'file')
        writeFileSync(file, Buffer.concat([randomBytes(forms * 7), written(mark, form), randomBytes(50)]))
        expect([mark, form, searchFolder(folder, needlesOf(mark)).map((hit) => hit.form)]).toEqual([
          mark,
          form,
          expect.arrayContaining([form]),
        ])
        forms++
      }
    expect(forms).toBeGreaterThan(100)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('its own contractor is shown what it entrusted to us', async () => {
  const shown = JSON.stringify([...(await everythingShown(contractor, 'contractor', told, {}))])
  expect([...secrets].filter((secret) => shown.includes(secret)).length).toBeGreaterThan(100)
  for (const mark of Object.values(inCommon)) expect(shown).toMatch(mark)
}, 60_000)

test('what is refused is not told back', async () => {
  for (const [what, send] of Object.entries(refused(contractor, funder, stepOf))) {
    const { status, body } = await send()
    expect([what, status >= 400 && status < 500, JSON.stringify(body)]).toEqual([what, true, expect.anything()])
    expect([what, Object.values(inCommon).filter((mark) => JSON.stringify(body).includes(mark))]).toEqual([what, []])
  }
}, 60_000)

test('no table of any database holds it, nor a plain hash of it', async () => {
  const hits: Hit[] = []
  let found = 0
  const hashes = hashesOf([...secrets])
  for (const database of [...databases, 'wushe_vault', 'postgres'])
    for (const [table, content] of await dump(database)) {
      hits.push(...search(`${database} ${table}`, content, marks), ...search(`${database} ${table}`, content, hashes))
      found += search(table, content, needlesOf(control)).length
    }
  expect(hits).toEqual([])
  expect(found).toBeGreaterThan(5)
}, 60_000)

test('after the erasure of whoever is served, works or gives nothing about them opens any more', async () => {
  const { subjectId, id: caseId, concernId } = stepOf('openCase').body
  const { practitionerId } = stepOf('recordLicence').path
  const { providerId } = stepOf('correctProvider').path
  const persons = { subjects: subjectId, practitioners: practitionerId, providers: providerId }
  const ids = [...Object.values(persons), caseId, concernId]
  const about = told.steps.filter(({ path, body }) =>
    [...Object.values(path), body['subjectId'], body['id']].some((id) => ids.includes(id)),
  )
  const theirs = about.flatMap(secretsIn).filter((secret) => secret !== birthDate)
  const shown = async () => [...(await everythingShown(contractor, 'contractor', told, {}))]
  const before = JSON.stringify(await shown())
  expect(theirs.length).toBeGreaterThan(30)
  expect(theirs.filter((secret) => !before.includes(JSON.stringify(secret).slice(1, -1)))).toEqual([])

  for (const [kind, person] of Object.entries(persons)) await erase(`/v1/${kind}/${person}`, contractor, colleague)
  const after = await shown()
  expect(theirs.filter((secret) => JSON.stringify(after).includes(secret))).toEqual([])
  for (const [address, answer] of after)
    if (ids.some((id) => address.includes(id)))
      expect([address, marksIn(JSON.stringify(answer))]).toEqual([address, []])
  const keys = await query(dir, 'wushe_vault', 'select wrapped, destroyed_at from vault.keys where owner = any($1)', [
    Object.values(persons),
  ])
  expect(keys).toEqual(Object.values(persons).map(() => ({ wrapped: null, destroyed_at: expect.any(Date) })))
}, 60_000)

test('no file of the data folder holds it, nor what the product wrote to its terminal', async () => {
  await query(dir, 'postgres', 'checkpoint')
  product.signal('SIGTERM')
  await product.ended()
  expect(searchFolder(dir, marks, ['launcher.lock'])).toEqual([])
  expect(search('the terminal', Buffer.from(product.said()), marks)).toEqual([])
  const clear = searchFolder(dir, needlesOf(control), ['launcher.lock'])
  expect(clear.map(({ where }) => where)).toContainEqual(expect.stringMatching(/pg_wal/))
  expect(clear.map(({ where }) => where)).toContainEqual(expect.stringMatching(/base/))
}, 120_000)

const marks = Object.values(inCommon).flatMap(needlesOf)
const marksIn = (shown: string) => Object.values(inCommon).filter((mark) => shown.includes(mark))

const stepOf = (operation: string) => told.steps.find((step) => step.operation === operation)!

const secretsIn = ({ operation, body }: Step) =>
  leavesOf(operationNamed(operation).body)
    .filter(({ schema }) => /^pii/.test(schema['x-classification']))
    .flatMap(({ at }) => (valueAt(body, at) === undefined ? [] : [String(valueAt(body, at))]))

/** The mark among other bytes, written in this form. */
function written(mark: string, form: string) {
  const bytesIn = (name: string) => needlesOf(mark).find((needle) => needle.form === name)?.bytes ?? Buffer.from(mark)
  const [, encoding, of, at] = /^(base64(?:url)?)( of gb18030)? at (\d)$/.exec(form) ?? []
  if (!encoding) return bytesIn(form)
  const around = [randomBytes(3 + Number(at)), bytesIn(of ? 'gb18030' : 'utf-8'), randomBytes(5)]
  return Buffer.from(Buffer.concat(around).toString(encoding as 'base64'))
}

/** As if somebody knew all but one thing, and compared: hashes of the texts, and of the requests that held them. */
function hashesOf(texts: readonly string[]) {
  const requests = told.steps.map(({ operation, path, body }) => {
    const address = addressOf(operationNamed(operation), path)
    return [JSON.stringify(body), sorted(body), `POST ${address}\n${sorted(body)}`]
  })
  return [...texts, ...requests.flat()].flatMap((text) =>
    ['md5', 'sha1', 'sha256', 'sha512'].flatMap((name) => {
      const hash = createHash(name).update(text).digest()
      return (['hex', 'base64', 'base64url'] as const).map((encoding) => ({
        mark: text.slice(0, 80),
        form: `${name} of ${text.slice(0, 80)}`,
        bytes: Buffer.from(hash.toString(encoding).replaceAll('=', '')),
      }))
    }),
  )
}
const sorted = (value: unknown) =>
  JSON.stringify(value, (_, one) =>
    one && typeof one === 'object' && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort()) : one,
  )

/** Every table of a database as text, what PostgreSQL has gathered about their contents and who asks what, too. */
async function dump(database: string): Promise<[string, Buffer][]> {
  const tables = await query(
    dir,
    database,
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema')`,
  )
  const contents: [string, Buffer][] = []
  for (const { name } of [...tables, { name: 'pg_stats' }, { name: 'pg_stat_activity' }]) {
    const rows = await query(dir, database, `select t::text as text from ${name} t`)
    // A row as text doubles the backslashes in it.
    contents.push([name, Buffer.from(rows.map(({ text }) => text.replaceAll('\\\\', '\\')).join('\n'))])
  }
  return contents
}

/** Another key of the contractor's, once every service knows it. */
async function anotherHand(): Promise<Api> {
  const issued = await contractor.post(`/v1/organisations/${contractor.orgId}/keys`, { label: 'another hand' })
  const known = { 'sync-token': issued.syncToken!.split(';')[0]! }
  const hand = await apiOf(issued.body.data.secret, known)
  for (const path of ['/v1/subjects', '/v1/volunteers']) expect((await hand.get(path, known)).status).toBe(200)
  return hand
}

async function apiOf(key: string, known = {}): Promise<Api> {
  const call = async (method: string, path: string, body: unknown, headers: Record<string, string | undefined>) => {
    const all = Object.entries({ authorization: `Bearer ${key}`, 'user-agent': inCommon.latinName, ...headers })
    const response = await fetch(ready.url + path, {
      method,
      headers: Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined)),
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const { status, headers: answered } = response
    return { status, body: await response.json(), headers: answered, etag: null, syncToken: answered.get('sync-token') }
  }
  const get: Api['get'] = (path, headers = {}) => call('GET', path, undefined, headers)
  const post: Api['post'] = (path, body, headers = {}) =>
    call('POST', path, body, {
      'content-type': 'application/json',
      'idempotency-key': `${inCommon.latinName} ${randomUUID()}`,
      'if-match': '*',
      ...headers,
    })
  return { orgId: (await get('/v1/me', known)).body.data.organisation.id, key, get, post }
}

async function anAgreement(): Promise<string> {
  const drafted = await funder.post('/v1/agreements', {
    contractorId: contractor.orgId,
    title: `${control} agreement`,
    legalBasis: 'grant',
    from: '2023-01-01',
    to: '2023-12-31',
    divisions: ['659002001'],
    funds: [{ funderId: funder.orgId, share: 10_000 }],
  })
  const { id } = drafted.body.data
  await funder.post(`/v1/agreements/${id}/signature`, { signedOn: '2022-12-20' })
  const active = await funder.post(`/v1/agreements/${id}/activation`, { occurredOn: '2023-01-01' })
  for (const list of ['stations', 'cases', 'offers', 'projects'])
    await contractor.get(`/v1/${list}?limit=1`, { 'sync-token': active.syncToken!.split(';')[0]! })
  return id
}
