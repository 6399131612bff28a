// docs/quickstart*.md as a reader follows it: each command is run by a shell, and its output is what the page shows.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { boot, type Booted } from '@wushe/testkit'
import { services } from '../scripts/all-services.ts'

let product: Booted
beforeAll(async () => {
  product = await boot(services)
}, 240_000)
afterAll(() => product?.stop(), 60_000)

test.each(['docs/quickstart.zh.md', 'docs/quickstart.md'])(
  '%s does what it says',
  async (file) => {
    const reader: Record<string, string> = await whatTheReaderHas(file)
    let output = ''
    let values: string[] = []
    let run = 0
    for (const { language, text } of blocksOf(file)) {
      if (language !== 'sh') expect(shownIn(output)).toEqual(partOf(shownIn(text)))
      else if (/^\w+=/.test(text)) Object.assign(reader, await written(text, reader, output))
      else {
        output = await shell(text, reader)
        values = [...values, ...(output.match(/"indicator":"IND-C1".*?"value":"\d+"/g) ?? [])]
        run++
      }
    }
    expect(run).toBeGreaterThan(10)
    // The figure asked for as of then is the figure of then.
    expect(values).toHaveLength(2)
    expect(values[1]).toBe(values[0])
  },
  240_000,
)

test('both pages run the same commands', () => {
  const commands = (file: string) =>
    blocksOf(file)
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => text.replaceAll(" -H 'Accept-Language: en'", ''))
  expect(commands('docs/quickstart.md')).toEqual(commands('docs/quickstart.zh.md'))
})

/** What `scripts/start` prints: two keys and an agreement between them. */
async function whatTheReaderHas(name: string) {
  const contractor = await product.organisation('contractor', `contractor ${name}`)
  const funder = await product.organisation('funder', `funder ${name}`)
  const drafted = await funder.post('/v1/agreements', {
    ...{ contractorId: contractor.orgId, title: '社工服务', legalBasis: 'government-procurement' },
    ...{
      from: '2021-07-01',
      to: '2023-12-31',
      divisions: ['659002'],
      funds: [{ funderId: funder.orgId, share: 10_000 }],
    },
  })
  const { id } = drafted.body.data
  await funder.post(`/v1/agreements/${id}/signature`, { signedOn: '2021-06-20' })
  const active = await funder.post(`/v1/agreements/${id}/activation`, { occurredOn: '2021-07-01' })
  const token = { 'sync-token': active.syncToken! }
  const contractorSees = async () => (await contractor.get('/v1/cases', token)).status
  // Who asked a moment ago is remembered for a second, with the agreements of then.
  const funderSees = async () => (await funder.get(`/v1/reports/service-statistics?agreementId=${id}`)).status
  for (const sees of [contractorSees, funderSees]) expect(await eventually(sees)).toBe(200)
  return { URL: product.url, KEY: contractor.key, FUNDER: funder.key, AGREEMENT: id as string }
}

/** A slow machine may need more than the two seconds that an answer waits. */
async function eventually(status: () => Promise<number>) {
  let now = await status()
  for (const end = Date.now() + 60_000; now !== 200 && Date.now() < end; now = await status())
    await new Promise((later) => setTimeout(later, 200))
  return now
}

const blocksOf = (file: string) =>
  [...readFileSync(join(import.meta.dirname, '..', file), 'utf8').matchAll(/^```(\w+)\n(.*?)\n```$/gms)].map(
    ([, language, text]) => ({ language: language!, text: text! }),
  )

/** The product answers from this process, so nothing may wait for the shell but this promise. */
const shell = async (text: string, env: Record<string, string>) =>
  (await promisify(execFile)('bash', ['-euc', text], { env: { ...process.env, ...env } })).stdout

/** What the reader writes down: what they had before, an id or a member of the last answer, or one of its headers. */
async function written(text: string, had: Record<string, string>, output: string) {
  const notes: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) as unknown as [string, string, string]
    notes[name] =
      had[name] ?? (value.includes('…') ? foundIn(output, name, value) : await shell(`printf %s ${value}`, had))
  }
  return notes
}

/** `CASE=cas_…` is an id, `AS_OF=…` the member asOf, `SYNC_TOKEN=…` the header. */
function foundIn(output: string, name: string, value: string): string {
  const prefix = value.replace('…', '')
  const header = name.toLowerCase().replace('_', '-')
  const member = header.replace(/-(\w)/, (_, letter: string) => letter.toUpperCase())
  const [, found] =
    new RegExp(prefix ? `"id":"(${prefix}\\w+)"` : `"${member}":"([^"]+)"`).exec(output) ??
    new RegExp(`^${header}: ([^\\r;]+)`, 'im').exec(output) ??
    []
  if (!found) throw new Error(`${name} is not in the answer before: ${output}`)
  return found
}

/** An answer with `-i`, or without: its status, its headers, its body. */
function shownIn(text: string): Record<string, any> {
  const [head, body] = /^HTTP/.test(text) ? (text.split(/\r?\n\r?\n/, 2) as [string, string]) : ['', text]
  const [status, ...headers] = head.split(/\r?\n/)
  const pairs = headers.map((line) => [line.split(':')[0]!.toLowerCase(), line.replace(/^[^:]*: */, '')])
  return { ...(head && { status, headers: Object.fromEntries(pairs) as object }), body: JSON.parse(elided(body)) }
}

/** JSON in which … stands for members and elements that are not shown. */
const elided = (text: string) =>
  text
    .replace(/("(?:\\.|[^"\\])*")|,?\s*…/g, (_, quoted: string | undefined) => quoted ?? '')
    .replace(/([[{])\s*,/g, '$1')

/** What is shown, as a part of what there is: members and elements may be left out, and … within a text is any text. */
function partOf(shown: unknown): unknown {
  if (typeof shown === 'string' && shown.includes('…'))
    return expect.stringMatching(
      new RegExp(`^${shown.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*')}$`, 's'),
    )
  if (Array.isArray(shown)) return expect.arrayContaining(shown.map(partOf))
  if (shown && typeof shown === 'object')
    return expect.objectContaining(
      Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, partOf(value)])),
    )
  return shown
}
