import { expect } from '@jest/globals'
import type { ServiceName } from '@wushe/contracts'
import schemas from '@wushe/contracts/events.json' with { type: 'json' }
import type { Recorded } from '@wushe/event-store'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { v5 as uuidFrom } from 'uuid'

/** An event in few words: ids are shortened (`cas_1`), and what does not matter is taken from the contract's example. */
export type Told = { type: string; stream: string; data?: Record<string, unknown> | undefined }

/** Events as logs give them, recorded one second after the other. Streams begin anew with every call of `storyteller`. */
export const storyteller = (begin = '2024-01-10T00:00:00Z') => {
  const revisions = new Map<string, bigint>()
  let count = 0
  return (told: readonly Told[]): (Recorded & { source: ServiceName })[] =>
    told.map(({ type, stream: shortId, data }) => {
      const { service, category, schema, json } = schemaOf(type)
      const stream = `${category}-${wholeIds(shortId)}`
      const revision = revisions.get(stream) ?? 0n
      revisions.set(stream, revision + 1n)
      const at = new Date(Date.parse(begin) + 1000 * ++count).toISOString()
      return {
        source: service,
        id: uuidFrom(`${begin} ${count}`, namespace),
        ...{ type, schema, stream, revision, at },
        position: `pg:${count.toString(16).padStart(16, '0')}` as Recorded['position'],
        data: dataOf(type, json, data),
        sealed: null,
        meta: { ...meta, recordedAt: at },
        entry: new Uint8Array(32),
      }
    })
}

/** `cas_1` → `cas_00000000000000000000000001`, wherever it stands. */
export const wholeIds = <Value>(value: Value): Value => {
  if (typeof value === 'string')
    return value.replace(
      /^([a-z]{3})_([0-9a-z]{1,25})$/,
      (_, prefix, id) => `${prefix}_${id.padStart(26, '0')}`,
    ) as Value
  if (Array.isArray(value)) return value.map(wholeIds) as Value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, wholeIds(one)])) as Value
}

/** The agreement agr_1, active from July 2021 to the end of 2023. */
export const activation = (changes: Record<string, unknown> = {}): Told => ({
  type: 'AgreementActivated',
  stream: 'agr_1',
  data: { from: '2021-07-01', to: '2023-12-31', divisions: ['659002001', '659002002'], countingRules: {}, ...changes },
})

type Schema = { properties: Record<string, unknown>; examples: [Record<string, unknown>] }
type Entry = { service: ServiceName; category: string; schema: number; json: Schema }

const schemaOf = (type: string) => {
  const found = schemas.findLast((one) => one.type === type)
  if (!found) throw new Error(`The contract has no event ${type}.`)
  return found as unknown as Entry
}

const dataOf = (type: string, json: Schema, told: Record<string, unknown> = {}) => {
  const usual = { occurredOn: '2023-05-17', deliveredOn: '2023-05-17', agreementId: 'agr_1', siteId: 'sta_1' }
  const whole = wholeIds({ ...json.examples[0], ...only(usual, (name) => name in json.properties), ...told })
  const data = only(whole, (name) => whole[name] !== null)
  const fits = compiled.get(type) ?? ajv.compile({ ...json, $id: undefined })
  compiled.set(type, fits)
  fits(data)
  // An example that the contract would refuse proves nothing.
  expect({ type, errors: fits.errors }).toEqual({ type, errors: null })
  return data
}

const only = <Value>(object: Record<string, Value>, wanted: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => wanted(name)))

const meta = {
  tenant: wholeIds('org_1'),
  actor: { orgId: wholeIds('org_1'), kind: 'contractor', keyId: wholeIds('key_1') },
  channel: 'api',
  commandId: '',
  correlationId: '',
}

const ajv = new Ajv2020({ strict: false })
formats.default(ajv)
const compiled = new Map<string, ValidateFunction>()
const namespace = '0b2d3c1e-5b1f-4f0e-8f53-3c7b8f3f2a11'
