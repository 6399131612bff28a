// The SDK in a real Chromium against the real product. Page and API share an origin here.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { boot, type Booted } from '@wushe/testkit'
import { aProjectThatHasIt, bundled } from '../packages/sdk/built.fixture.ts'
import { services } from '../scripts/all-services.ts'
import { between, type Between } from './between.fixture.ts'

const chromium = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path))
const inBrowser = chromium ? test : test.skip
let product: Booted | undefined
let network: Between | undefined
let browser: ChildProcess | undefined
const folder = mkdtempSync(join(tmpdir(), 'wushe-chromium-'))
const project = chromium ? aProjectThatHasIt() : undefined

beforeAll(async () => {
  if (!chromium) return
  product = await boot(services)
  network = await between(() => product!.url)
}, 240_000)
afterAll(async () => {
  browser?.kill('SIGKILL')
  await network?.stop()
  await product?.stop()
  project?.remove()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
}, 60_000)

/** What a page does: it tells how it went by asking for an address with its story. */
const page = (url: string, key: string) => `
  import { createWushe, isProblem, verifyWebhook } from '@wushe/sdk'
  const story = {}
  const tell = () => fetch('/told', { method: 'POST', body: JSON.stringify(story) })
  try {
    const wushe = createWushe({ baseUrl: location.origin, apiKey: ${JSON.stringify(key)}, language: 'en' })
    const plan = (title) => wushe.post('/v1/activities', {
      body: { kind: 'lecture', title, plannedOccurrences: 3, occurredOn: '2023-12-01' },
    })
    const { data } = await plan('lost')
    const hold = (by) => by.post('/v1/activities/{activityId}/occurrences', {
      path: { activityId: data.id },
      body: {
        headcount: { value: 45, method: 'count' },
        evidence: [{ sha256: 'a'.repeat(64), mediaType: 'image/jpeg' }],
        occurredOn: '2023-12-08',
      },
    })
    await hold(wushe)
    await hold(wushe)
    const path = { activityId: data.id }
    const cancel = (by) => by.post('/v1/activities/{activityId}/voiding', { path, body: { reason: 'duplicate' } })
    const other = createWushe({ baseUrl: location.origin, apiKey: ${JSON.stringify(key)} })
    await other.get('/v1/activities/{activityId}', { path })
    await hold(wushe)
    story.conflict = await cancel(other).catch((error) => isProblem(error, 'version-conflict') && error.status)
    story.voided = (await cancel(wushe)).data.status
    story.listed = []
    const list = wushe.pages('/v1/activities/{activityId}/occurrences', { path, query: { limit: 2 } })
    for await (const { headcount } of list) story.listed.push(headcount.value)
    const key = await crypto.subtle.importKey('raw', new Uint8Array(24), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    const now = Math.floor(Date.now() / 1000)
    const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode('m1.' + now + '.{"a":1}'))
    const headers = {
      'webhook-id': 'm1',
      'webhook-timestamp': String(now),
      'webhook-signature': 'v1,' + btoa(String.fromCharCode(...new Uint8Array(signature))),
    }
    story.webhook = await verifyWebhook('{"a":1}', headers, 'whsec_' + 'A'.repeat(32))
  } catch (error) {
    story.error = String(error && error.stack || error)
  }
  await tell()`

inBrowser(
  'a page in Chromium records through a bad network, meets a conflict, lists and verifies (skipped without Chromium)',
  async () => {
    const { key } = await product!.organisation('contractor')
    const code = await bundled(project!.folder, page(network!.url, key))
    let tell: (story: object) => void
    const told = new Promise<object>((resolve) => (tell = resolve))
    network!.loseAnswers(1, ({ method, path }) => method === 'POST' && path === '/v1/activities')
    network!.answer(({ method, path, body }) => {
      if (path === '/told') tell(JSON.parse(body))
      if (path === '/page')
        return { status: 200, headers: html, body: '<!doctype html><script type="module" src="/page.js"></script>' }
      if (path === '/page.js') return { status: 200, headers: { 'content-type': 'text/javascript' }, body: code }
      return path.startsWith('/v1/') ? undefined : { status: method === 'POST' ? 204 : 404, headers: {}, body: '' }
    })
    browser = spawn(chromium!, [...quiet, `--user-data-dir=${folder}`, `${network!.url}/page`], { stdio: 'ignore' })
    expect(await told).toEqual({ conflict: 412, voided: 'voided', listed: [45, 45, 45], webhook: { a: 1 } })
    const planned = network!.passed.filter(({ method, path }) => method === 'POST' && path === '/v1/activities')
    expect(planned.map(({ status }) => status)).toEqual([201, 201])
  },
  120_000,
)
const html = { 'content-type': 'text/html; charset=utf-8' }
const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
