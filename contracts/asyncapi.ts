// One AsyncAPI document of all events, for those who consume the topics. It holds everything it refers to, and examples
// that are true: their entries commit to their data.
import { hash } from 'node:crypto'
import { format } from 'prettier'
import { Document, isMap, isScalar, isSeq, visit } from 'yaml'

type Part = Record<string, unknown>
export type Common = Record<'channels' | 'operations' | 'components', Record<string, any>> & Part
export type AsyncEvent = {
  service: string
  type: string
  schema: number
  category: string
  json: { description?: string; 'x-title': { zh: string; en: string }; 'x-sealed'?: string[]; examples?: unknown[] }
}
/** A service, and in both languages what it is about: `Organisations and their API keys. 机构与密钥。` */
type Service = { name: string; about: string }
/** What the ids of a kind of record begin with: `Subject` → `sub`. */
type Prefixes = Record<string, string>

export const asyncapiOf = (common: Common, services: Service[], events: AsyncEvent[], prefixes: Prefixes) => {
  const names = services.map(({ name }) => name)
  const { channels, operations, components, ...head } = common
  const { schemas, messages, parameters } = components
  return {
    ...head,
    channels: {
      ...Object.fromEntries(services.map((one) => [`${one.name}Events`, channelOf(one, events)])),
      ...channels,
    },
    operations: {
      ...Object.fromEntries(names.map((name) => [`send${capital(name)}Events`, operationOf(name)])),
      ...operations,
    },
    components: {
      ...components,
      parameters: { ...parameters, service: { ...parameters['service'], enum: names } },
      messages: {
        ...Object.fromEntries(events.map((event) => [nameOf(event), messageOf(event, prefixes)])),
        ...messages,
      },
      schemas: {
        ...schemas,
        Service: { ...schemas['Service'], enum: names },
        ...Object.fromEntries(events.map((event) => [schemaNameOf(event), dataOf(event)])),
      },
    },
  }
}

/** As text that prettier would not change; what is short stands in one line. */
export const toYaml = async (document: object, banner: string) => {
  const yaml = new Document(document, { aliasDuplicateObjects: false })
  visit(yaml, {
    Node: (_, node) => {
      if ((isMap(node) || isSeq(node)) && JSON.stringify(node).length <= 80) node.flow = true
      if (!isScalar(node) || typeof node.value !== 'string') return
      if (node.value.length > 80 && node.value.includes(' ')) node.type = 'BLOCK_FOLDED'
      // Older YAML would read a day as a moment, and `no` as false.
      else if (/^(\d.*|y|n|yes|no|on|off)$/i.test(node.value)) node.type = 'QUOTE_SINGLE'
    },
  })
  yaml.commentBefore = banner
  const text = yaml.toString({ lineWidth: 100, singleQuote: true })
  return format(text, { parser: 'yaml', singleQuote: true, printWidth: 120 })
}

const nameOf = ({ service, type, schema }: AsyncEvent) => `org.wushe.${service}.${type}.v${schema}`
const schemaNameOf = ({ type, schema }: AsyncEvent) => `${type}V${schema}`
const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)
const ref = (to: string) => ({ $ref: `#/${to}` })

const channelOf = ({ name, about }: Service, events: AsyncEvent[]) => {
  const [, en, zh] = /^(.+)\. (.+)。$/.exec(about) ?? []
  if (!en || !zh) throw new Error(`${name} does not say in English and in Chinese what it is about.`)
  return {
    address: `{prefix}.${name}.events`,
    title: `${zh} Events of ${name}`,
    description: `${en}: every event of the service ${name}. The key is the stream.`,
    parameters: { prefix: ref('components/parameters/prefix') },
    messages: Object.fromEntries(
      events
        .filter(({ service }) => service === name)
        .map((event) => [nameOf(event), ref(`components/messages/${nameOf(event)}`)]),
    ),
    bindings: ref('components/channelBindings/events'),
  }
}

const operationOf = (service: string) => ({
  action: 'send',
  channel: ref(`channels/${service}Events`),
  title: `发布 ${service} 事件 Publish the events of ${service}`,
  summary: `Sent by ${service} for each event that it has recorded, each stream in its order, at least once.`,
})

const messageOf = (event: AsyncEvent, prefixes: Prefixes) => {
  const { service, category, json } = event
  const own = {
    ce_type: { const: nameOf(event) },
    ce_source: { const: `/services/${service}` },
    ce_subject: { pattern: `^${category}-${prefixOf(category, prefixes)}_` },
  }
  const narrowed = { data: ref(`components/schemas/${schemaNameOf(event)}`), sealed: sealedOf(json, prefixes) }
  return {
    name: nameOf(event),
    title: `${json['x-title'].zh} ${json['x-title'].en}`,
    summary: json.description,
    contentType: 'application/json',
    headers: { type: 'object', allOf: [ref('components/schemas/Headers'), { properties: own }] },
    payload: { allOf: [ref('components/schemas/Envelope'), { properties: narrowed }] },
    bindings: ref('components/messageBindings/event'),
    examples: json.examples?.map((data) => exampleOf(event, data as Part, prefixes)),
  }
}

const dataOf = ({ json }: AsyncEvent) => {
  // The dialect is AsyncAPI's own, and the examples stand in the message.
  const { $schema: _, examples: __, ...schema } = json as AsyncEvent['json'] & { $schema?: string }
  return schema
}

/** `note.<subjectId>` → the section's name, whose it is and what the owner's id begins with; a person is of several kinds. */
const sectionsOf = (json: AsyncEvent['json'], prefixes: Prefixes) =>
  (json['x-sealed'] ?? []).map((section) => {
    const [, name, kind] = /^(\w+)(?:\.<(\w+)Id>)?$/.exec(section) ?? []
    const prefix = kind === 'person' ? '(sub|vol|pra|prv)' : kind && prefixes[capital(kind)]
    if (!name || (kind && !prefix)) throw new Error(`Nobody knows what the sealed section ${section} is.`)
    return { name, kind, prefix }
  })

const sealedOf = (json: AsyncEvent['json'], prefixes: Prefixes) => {
  const names = sectionsOf(json, prefixes).map(({ name, prefix }) => (prefix ? `${name}\\.${prefix}_.+` : name))
  return names.length === 0 ? { type: 'null' } : { propertyNames: { pattern: `^(${names.join('|')})$` } }
}

const exampleOf = (event: AsyncEvent, example: Part, prefixes: Prefixes) => {
  const { service, type, schema, category, json } = event
  const data = sorted(example) as Part
  const name = nameOf(event)
  const id = uuidOf(`event ${name}`)
  const stream = `${category}-${exampleId(prefixOf(category, prefixes))}`
  const sealed = Object.fromEntries(
    sectionsOf(json, prefixes).map(({ name: section, kind, prefix }) => {
      const owner = prefix && (String(data[`${kind}Id`] ?? '') || exampleId(prefix))
      const key = `key_${digest(owner ?? 'organisation').toString('hex', 0, 16)}`
      const box = Buffer.concat([digest(name), digest(section), digest(stream)]).toString('base64url')
      return [owner ? `${section}.${owner}` : section, { key, alg: 'A256GCM', event: id, box }]
    }),
  )
  const salt = digest(`salt of ${name}`)
  const meta = {
    recordedAt: '2026-11-25T02:03:04.567Z',
    ...Object.fromEntries(
      ['occurredOn', 'agreementId', 'siteId', 'divisionCode'].flatMap((key) => (data[key] ? [[key, data[key]]] : [])),
    ),
    tenant: exampleId('org'),
    actor: { orgId: exampleId('org'), kind: actorKinds[category] ?? 'contractor', keyId: exampleId('key') },
    channel: 'api',
    commandId: uuidOf(`command ${name}`),
    correlationId: `req_${digest(`request ${name}`).toString('hex', 0, 16)}`,
    salt: salt.toString('base64url'),
  }
  const entry = sorted({
    at: '2026-11-25T02:03:04Z',
    c: {
      // What the boxes hold is nothing, so that only the commitment to the data can be checked.
      ...Object.fromEntries(Object.keys(sealed).map((section) => [section, digest(section).toString('base64url')])),
      data: commitment('data', salt, JSON.stringify(data)),
    },
    id,
    st: `k_${digest(stream).toString('base64url').slice(0, 26)}`,
    sv: 0,
    ty: `${type}@${schema}`,
    v: 1,
  })
  return {
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: `/services/${service}`,
      ce_type: name,
      ce_time: '2026-11-25T02:03:04.571283Z',
      ce_subject: stream,
      ce_partitionkey: stream,
      ce_sequence: '0'.repeat(19),
      ce_position: 'pg:00000000000004d2',
      ce_tenant: meta.tenant,
      ce_correlationid: meta.correlationId,
    },
    payload: {
      data,
      sealed: Object.keys(sealed).length > 0 ? sealed : null,
      meta,
      entry: Buffer.from(JSON.stringify(entry)).toString('base64'),
    },
  }
}

/** Who records the events of a category, where it is not a contractor. */
const actorKinds: Record<string, string> = { organisation: 'operator', agreement: 'funder' }

const exampleId = (prefix: string) => `${prefix}_01h455vb4pex5vsknk084sn001`

/** Categories that are not called as their record; hours are kept by volunteer. */
const recordOf: Record<string, string> = {
  ...{ hours: 'Volunteer', grant: 'AgreementGrant' },
  ...{ accessgrant: 'AccessGrant', accessoverride: 'AccessOverride', correctionrequest: 'CorrectionRequest' },
}

/** What the ids of a category's streams begin with. */
const prefixOf = (category: string, prefixes: Prefixes) => {
  // A disclosure is no record: the access log shows it.
  const prefix = category === 'disclosure' ? 'dis' : prefixes[recordOf[category] ?? capital(category)]
  if (!prefix) throw new Error(`Nobody knows how the ids of ${category} begin.`)
  return prefix
}

const digest = (text: string | Uint8Array) => hash('sha256', text, 'buffer')

/** As packages/evidence makes it. */
const commitment = (section: string, salt: Uint8Array, text: string) =>
  digest(Buffer.concat([Buffer.from(`wushe/section/v1\0${section}\0`), salt, Buffer.from(text)])).toString('base64url')

/** In the form of version 5, from a name. */
const uuidOf = (name: string) =>
  digest(name)
    .toString('hex', 0, 16)
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-5$3-a$4-$5')

/** Canonical, which for values without decimals is the order of the keys. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => [key, sorted(of)]),
  )
}
