// /docs in a real Chromium: what a reader sees, and that nothing is asked of any other machine.
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { chromium, type Browser, type Page } from 'playwright-core'
import { operations } from './contract.ts'
import { http } from './http.ts'

const program = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path))
if (!program)
  console.warn('SKIPPED: no Chromium here, so nobody looked at /docs. apt-get install chromium, or set CHROMIUM.')

let server: Server
let browser: Browser
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

;(program ? describe : describe.skip)('the documentation in Chromium', () => {
  beforeAll(async () => {
    server = http({ services: [], apiUrl: () => '' }).listen(0, '127.0.0.1')
    browser = await chromium.launch({ executablePath: program!, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    const closed = new Promise((done) => server?.close(done))
    server?.closeAllConnections()
    await closed
  }, 60_000)

  test.each(['', 'quickstart', 'api', 'errors/version-conflict', 'events/CaseOpened.v1', 'reference'])(
    'shows /%s in both languages without a complaint and without asking another machine',
    async (path) => {
      for (const language of ['zh', 'en']) {
        const { page, complaints } = await open(`/docs/${language}/${path}`)
        expect(await page.locator('h1').first().innerText()).not.toBe('')
        expect(complaints).toEqual([])
        await page.context().close()
      }
    },
    120_000,
  )

  test.each([
    ['zh', '幂等键', '/docs/zh/errors/idempotency-key-reused'],
    ['zh', '结案', '/docs/zh/quickstart#6-结案'],
    ['zh', 'case-not-open', '/docs/zh/errors/case-not-open'],
    ['zh', '断点续传', '/docs/zh/guides/events-out'],
    ['en', 'outbox', '/docs/en/guides/ngo'],
    ['en', 'CaseOpened', '/docs/en/events/CaseOpened.v1'],
    ['en', 'close case', '/docs/en/reference#/case/closeCase'],
    ['en', 'send batch', '/docs/en/reference#/access/sendBatch'],
  ])(
    'finds in %s by %s',
    async (language, query, expected) => {
      const { page, complaints } = await open(`/docs/${language}/`)
      await page.fill('input[type=search]', query)
      await page.waitForSelector('.found a')
      const found = await page
        .locator('.found a')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
      expect(found).toContain(expected)
      expect(complaints).toEqual([])
      await page.context().close()
    },
    120_000,
  )

  test('the reference shows every operation of the contract', async () => {
    const { page } = await open('/docs/en/reference')
    const shown: string[] = []
    // One at a time: of a very long list the renderer keeps only what is near the reader.
    for (const service of new Set(operations.map((one) => one.service))) {
      await page.click(`#operations-tag-${service}`)
      await page.waitForSelector('.opblock')
      shown.push(...(await page.locator('.opblock').evaluateAll((blocks) => blocks.map(({ id }) => id))))
      await page.click(`#operations-tag-${service}`)
      await page.waitForSelector('.opblock', { state: 'detached' })
    }
    expect(shown.sort()).toEqual(
      operations.map(({ service, operationId }) => `operations-${service}-${operationId}`).sort(),
    )
    await page.context().close()
  }, 120_000)

  test('the reference shows an operation by its address and knows of this host only', async () => {
    const { page, complaints } = await open('/docs/zh/reference#/case/closeCase')
    await page.waitForSelector('#operations-case-closeCase .opblock-body')
    expect(await page.locator('#operations-case-closeCase').innerText()).toMatch('/v1/cases/{caseId}/closure')
    await page.locator('#operations-case-closeCase .try-out__btn').click()
    await page.waitForSelector('#operations-case-closeCase .execute')
    expect(complaints).toEqual([])
    await page.context().close()
  }, 120_000)

  test('on a phone nothing is wider than the screen', async () => {
    for (const path of ['', 'quickstart', 'api', 'errors', 'guides/ngo', 'guides/sdk', 'access', 'reference']) {
      const { page } = await open(`/docs/zh/${path}`, 390)
      const wider = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)
      expect({ path, wider }).toEqual({ path, wider: 0 })
      await page.context().close()
    }
  }, 120_000)
})

/** A page, and what should not happen on it: complaints of the console, errors, requests that leave the host. */
async function open(path: string, width = 1280): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(`${address()}/`) && !request.url().startsWith('data:')) complaints.push(request.url())
  })
  await page.goto(address() + path, { waitUntil: 'networkidle', timeout: 60_000 })
  if (path.includes('/reference')) await page.waitForSelector('.opblock-tag', { timeout: 60_000 })
  return { page, complaints }
}
