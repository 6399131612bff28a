// One stored event of every type and version that ever was, as it lies in a log: contracts/golden. None is ever changed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from '@jest/globals'
import events from '@wushe/contracts/events.json' with { type: 'json' }
import { upcast, type Position, type Recorded } from '@wushe/event-store'
import { commitment } from '@wushe/evidence'
import { toSliceEvent } from '@wushe/feed'
import { caughtUp } from '@wushe/service-host'
import { boot } from '@wushe/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { services } from '../scripts/all-services.ts'
import { nobodysId } from './telling/attempts.fixture.ts'
import { accessTold, aPersonOf, emergenciesTold } from './telling/people-within.fixture.ts'
import { anAgreement, tell } from './telling/telling.fixture.ts'

type Golden = Omit<Recorded, 'revision' | 'entry'> & { revision: number; entry: string }

const each = events.map((event) => {
  const name = `${event.service}/${event.type}.v${event.schema}`
  return { ...event, name, file: fileURLToPath(new URL(`../contracts/golden/${name}.json`, import.meta.url)) }
})
const newest = (type: string) =>
  each.filter((one) => one.type === type).reduce((one, other) => (other.schema > one.schema ? other : one))
const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)

/** A new type or version fails once, and has then a golden event of its own, taken from a real log. */
const missing = each.filter(({ file }) => !existsSync(file))
beforeAll(async () => {
  if (missing.length > 0 && !process.env['CI']) await writeGolden()
}, 120_000)

test('every type and version of an event has a stored one', () => {
  expect(missing.map(({ name }) => name)).toEqual([])
})

describe('stored long ago,', () => {
  test.each(each.filter((one) => !missing.includes(one)))('$name is read as an event of today', (one) => {
    const golden = JSON.parse(readFileSync(one.file, 'utf8')) as Golden
    expect([golden.type, golden.schema]).toEqual([one.type, one.schema])

    const { upcasters, operations } = services.find(({ name }) => name === one.service)!
    const stored: Recorded = {
      ...golden,
      revision: BigInt(golden.revision),
      entry: Buffer.from(golden.entry, 'base64'),
    }
    const today = upcast(stored, upcasters)
    const fits = ajv.compile(newest(one.type).json)
    fits(today.data)
    expect(fits.errors).toBe(null)
    expect(today.schema).toBe(newest(one.type).schema)

    const event = toSliceEvent(today)
    // A disclosure is the host's, and has no state.
    if (one.category === 'disclosure') return
    const commands = Object.values(operations).flatMap((slice) => (slice.kind === 'command' ? [slice] : []))
    const { aggregate } = commands.find((command) => command.aggregate.category === one.category)!
    expect(aggregate.evolve(aggregate.initial, event)).toEqual(expect.any(Object))
  })

  test.each(each.filter((one) => !missing.includes(one)))('$name is what its entry commits to', ({ file }) => {
    const { id, type, schema, revision, data, meta, entry } = JSON.parse(readFileSync(file, 'utf8')) as Golden
    const content = JSON.parse(Buffer.from(entry, 'base64').toString()) as Record<string, any>
    const salt = Buffer.from((meta as { salt: string }).salt, 'base64url')
    expect(content).toMatchObject({ id, sv: revision, ty: `${type}@${schema}` })
    expect(content['c'].data).toBe(commitment('data', salt, JSON.stringify(data)))
  })
})

/** Does everything once and keeps of each missing type the first event that was stored. */
async function writeGolden() {
  const product = await boot(services)
  try {
    const contractor = await product.organisation('contractor')
    const funder = await product.organisation('funder')
    const agreementId = await anAgreement(product, funder, contractor, '协议')
    await tell(product, contractor, agreementId, '甲')
    await caughtUp(product.host)
    for (const list of ['subjects', 'volunteers', 'providers', 'projects']) await contractor.get(`/v1/${list}`)
    await funder.post(`/v1/agreements/${agreementId}/completion`, { occurredOn: '2023-12-31' })
    const organisation = `/v1/organisations/${contractor.orgId}`
    const key = await product.operator.post(`${organisation}/keys`, { label: 'another' })
    await product.operator.post(`${organisation}/keys/${key.body.data.id}/revocation`, { reason: 'lost' })
    const another = await product.operator.post(`${organisation}/keys`, { label: 'a third' })
    await product.operator.post(`${organisation}/keys/${another.body.data.id}/rotation`, {})
    const client = await product.operator.post(`${organisation}/clients`, {
      ...{ label: 'a program', method: 'client_secret_basic' },
    })
    await product.operator.post(`${organisation}/clients/${client.body.data.id}/credentials`, {})
    await product.operator.post(`${organisation}/clients/${client.body.data.id}/revocation`, { reason: 'lost' })
    const head = await aPersonOf(product, contractor, { role: 'station-head', within: { siteIds: [nobodysId('sta')] } })
    await accessTold(head, contractor, nobodysId('sub'))
    await emergenciesTold(head, contractor, nobodysId('sub'))
    await contractor.post(`${organisation}/retention-profile`, { profile: 'case-file-15' })
    await product.operator.post(`${organisation}/suspension`, { reason: 'requested' })
    await product.operator.post(`${organisation}/resumption`, { reason: 'resolved' })
    for (const { name: service, pool, store } of product.host.services) {
      const { rows } = await pool.query<{ name: string }>('select name from es.streams order by name')
      for (const { name } of rows)
        for await (const { revision, entry, ...event } of store.read(name)) {
          const wanted = missing.find(
            (one) => one.service === service && one.type === event.type && one.schema === event.schema,
          )
          if (!wanted || existsSync(wanted.file)) continue
          const golden: Golden = {
            ...event,
            position: event.position as Position,
            revision: Number(revision),
            entry: Buffer.from(entry).toString('base64'),
          }
          mkdirSync(dirname(wanted.file), { recursive: true })
          writeFileSync(wanted.file, `${JSON.stringify(golden, null, 2)}\n`)
        }
    }
  } finally {
    await product.stop()
  }
}
