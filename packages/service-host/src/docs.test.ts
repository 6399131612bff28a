// /docs as this host serves it, followed from link to link.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { events, openapi, problems } from './contract.ts'
import { http } from './http.ts'

type Seen = { status: number; text: string; links: string[]; ids: Set<string> }
let server: Server
let seen: Map<string, Seen>

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(address() + path, { headers, redirect: 'manual' })
const pages = (language: string) =>
  [...seen.keys()].filter((path) => path.startsWith(`/docs/${language}/`) && !path.endsWith('.md')).sort()
/** What an author can write; the lists of both languages have the same in the same order. */
const headings = ({ text }: Seen) => [...text.matchAll(/<h([123]) id=/g)].map(([, depth]) => depth)

beforeAll(async () => {
  server = http({ services: [], apiUrl: () => '' }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  seen = await everythingReached('/docs/zh/')
}, 120_000)
afterAll(async () => {
  const closed = new Promise((done) => server.close(done))
  server.closeAllConnections()
  await closed
})

test('every link inside the documentation leads somewhere, and to a heading that is there', () => {
  const operations = new Set(
    Object.values(openapi.paths).flatMap((methods) =>
      Object.values(methods).map(({ tags, operationId }) => `/${tags[0]}/${operationId}`),
    ),
  )
  const lost = [...seen].flatMap(([from, { links }]) =>
    links.flatMap((link) => {
      const [path, anchor] = link.split('#') as [string, string?]
      const there = seen.get(path || from)!
      const found = there.status === 200 || (there.status === 302 && path === '/docs/errors')
      const place = !anchor || (/\/reference$/.test(path) ? operations.has(anchor) : there.ids.has(anchor))
      return found && place ? [] : [`${from} → ${link} (${there.status})`]
    }),
  )
  expect(lost).toEqual([])
  expect(seen.size).toBeGreaterThan(400)
})

test('a link that is written in Markdown never becomes dead text unless it leads to a file that is no page', () => {
  const dead = [...seen].flatMap(([from, { text }]) =>
    [...text.matchAll(/<span>([^<]*(?:<code>[^<]*<\/code>)?)<\/span>/g)].map(([, words]) => `${from}: ${words}`),
  )
  // Papers for those who have the source.
  const known = [
    ...['why', 'how', 'Containers and Kubernetes', 'architecture.md', 'the releases', '<code>contracts/flows</code>'],
    ...['怎样', '历次发布'],
  ]
  expect(dead.filter((one) => !known.some((words) => one.endsWith(`: ${words}`)))).toEqual([])
})

test('every page is there in both languages, with the same parts', () => {
  const inChinese = pages('zh').map((path) => path.replace('/docs/zh/', ''))
  expect(pages('en').map((path) => path.replace('/docs/en/', ''))).toEqual(inChinese)
  const parts = (language: string) =>
    Object.fromEntries(inChinese.map((path) => [path, headings(seen.get(`/docs/${language}/${path}`)!)]))
  const { glossary: _, ...chinese } = parts('zh')
  // The words of the code are explained in English only, those of the interface in both.
  expect(parts('en')).toMatchObject(chinese)
})

test('a Chinese page is written in Chinese', () => {
  const written = pages('zh').filter((path) => !/\/(errors|events)\/./.test(path))
  expect(written.length).toBeGreaterThan(12)
  for (const path of written) expect(seen.get(path)!.text.match(/\p{Script=Han}/gu)!.length).toBeGreaterThan(80)
})

test.each(['zh', 'en'])('every code of an error and every event has a page (%s)', (language) => {
  const wanted = [
    ...Object.keys(problems).map((code) => `/docs/${language}/errors/${code}`),
    ...events.map(({ type, schema }) => `/docs/${language}/events/${type}.v${schema}`),
  ]
  expect(wanted.filter((path) => seen.get(path)?.status !== 200)).toEqual([])
})

test('the type of an error leads to its page, in the language of the reader', async () => {
  const refusal = (await (await get('/v1/nothing')).json()) as { type: string }
  expect(refusal.type).toBe('/docs/errors/not-found')
  expect((await get(refusal.type)).headers.get('location')).toBe('/docs/zh/errors/not-found')
  expect((await get(refusal.type, { 'accept-language': 'en-GB,en' })).headers.get('location')).toBe(
    '/docs/en/errors/not-found',
  )
})

test('the page of an error names the operations that answer with it, or all that declare its status', () => {
  const named = (code: string) =>
    [...seen.get(`/docs/en/errors/${code}`)!.text.matchAll(/reference#\/\w+\/(\w+)"/g)].map(
      ([, operation]) => operation,
    )
  expect(named('case-closure-needs')).toEqual(['closeCase'])
  expect(named('key-missing').length).toBeGreaterThan(200)
  expect(named('method-not-allowed')).toEqual([])
})

test('every page is there as Markdown too, and llms.txt names them all', async () => {
  const listed = [...(await (await get('/docs/llms.txt')).text()).matchAll(/\]\((.*?)\)/g)].map(([, path]) => path!)
  const twin = (path: string) => (path.endsWith('/') ? `${path}index.md` : `${path}.md`)
  expect(listed.sort()).toEqual([...pages('zh'), ...pages('en')].map(twin).sort())
  for (const path of listed) expect(seen.get(path)).toMatchObject({ status: 200, text: expect.stringMatching(/^# /) })
})

test('a page that is not there says so and leads home', async () => {
  const answer = await get('/docs/en/nothing')
  expect(answer.status).toBe(404)
  expect(await answer.text()).toMatch('href="/docs/en/"')
  expect((await get('/docs/assets/../package.json')).status).not.toBe(200)
})

test('a page may load nothing from elsewhere and runs no script that stands in it', async () => {
  const policy = (await get('/docs/zh/')).headers.get('content-security-policy')!
  expect(policy).toMatch("default-src 'none'")
  expect(policy).toMatch("script-src 'self';")
  for (const [path, { text }] of seen) {
    const loaded = [...text.matchAll(/<(?:script|link rel="(?:stylesheet|icon)"|img)[^>]*?(?:src|href)="([^"]*)"/g)]
    expect(loaded.filter(([, from]) => !from!.startsWith('/docs/assets/')).map(([, from]) => [path, from])).toEqual([])
  }
})

/** Follows every link of this host, the Markdown twins too. */
async function everythingReached(start: string) {
  const found = new Map<string, Seen>()
  const waiting = [start]
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    if (found.has(path)) continue
    const answer = await get(path)
    const html = answer.headers.get('content-type')?.includes('text/html') ?? false
    const text = html || path.endsWith('.md') ? await answer.text() : ''
    if (!html) await answer.body?.cancel().catch(() => {})
    const all = html ? [...text.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => decodeURIComponent(link!)) : []
    const links = all.filter((link) => /^[/#]/.test(link))
    const ids = new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!))
    found.set(path, { status: answer.status, text, links, ids })
    waiting.push(...links.map((link) => link.split('#')[0]!).filter((next) => next && !found.has(next)))
  }
  return found
}
