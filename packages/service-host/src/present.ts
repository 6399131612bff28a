import type { RecordVersion } from '@wushe/feed'
import type { Shown as Handed } from '@wushe/slice'
import type { Moment } from '@wushe/slice'
import type { Box, Opened } from '@wushe/vault'
import { classesIn, classifiedOf, withoutOthers, type Classified } from './classified.ts'
import { isAsked, onlyAsked, partsAsked, type Fields } from './fields.ts'
import { policy, type Operation } from './contract.ts'
import type { Disclosure } from './disclosure.ts'
import type { OpenService } from './open.ts'
import { grownUps } from './minors.ts'
import { fieldsOf, seesPart } from './policy.ts'
import type { Request } from './stamp.ts'

/** For whom something is shown, by which door; `record` is its schema in the contract. */
export type Showing = {
  record: string
  operation: Operation
  request: Request
  service: Pick<OpenService, 'vault' | 'disclose' | 'rows' | 'service'>
  /** Undefined: all of them. */
  fields?: Fields | undefined
  /** Ids of the events that this very request sent: what they hold is no news to who sent it, and so no disclosure. */
  sent?: ReadonlySet<string>
}

/** A secret of a program: said once, when it was made, and shown to nobody after. */
const secret = 'secret'

type Item = Pick<RecordVersion, 'id' | 'tenant' | 'agreementId' | 'siteId' | 'stream'> & {
  sealed?: Record<string, unknown> | null | undefined
}
type Masked = { pointer: string; reason: 'not-permitted' | 'masked' | 'erased' | 'restricted' }
type Shown = { open: Record<string, unknown>; masked: Masked[] }

/**
 * Opens the sealed sections that the policy lets the actor see, leaves out of them what is of other classes, and says
 * of everything left out why. Every disclosure passes here, before the answer leaves.
 */
export async function openSealed(
  items: readonly Item[],
  { record, operation, request, service, sent, fields: asked }: Showing,
): Promise<Shown[]> {
  const { actor } = request.moment
  const shown = items.map((): Shown => ({ open: {}, masked: [] }))
  const parts = classifiedOf(record)?.properties
  const wanted = items.flatMap((item, index) => {
    const fields = fieldsOf(actor, item)
    return Object.entries(item.sealed ?? {})
      .filter(([name]) => name !== secret && isAsked(asked, `/${propertyOf(name)}`))
      .map(([name, box]) => {
        const property = propertyOf(name)
        const inSight = fields.sections === 'all' || fields.sections.includes(property)
        // A section of which nothing could be shown stays closed.
        const part = partsAsked(asked, property, parts?.get(property) ?? unsaid)
        const may = inSight && classesIn(part).some((one) => fields.classes.includes(one))
        return { item, index, name, property, part, fields, box: box as Box, may }
      })
  })
  if (actor.kind === 'funder') await closeMinors(wanted, request.moment, service)
  const permitted = wanted.filter(({ may }) => may)
  const opened = await openOf(permitted, service)
  const disclosed = new Map<string, { disclosure: Disclosure; among: Set<number> }>()
  permitted.forEach(({ item, index, name, property, part, fields, box }, at) => {
    const one = opened[at]!
    if (!('value' in one)) {
      const reason = 'erased' in one ? 'erased' : 'restricted'
      return void shown[index]!.masked.push({ pointer: `/${property}`, reason })
    }
    const { value, left } = withoutOthers(one.value, part, fields.classes, `/${property}`)
    shown[index]!.open[property] = value
    shown[index]!.masked.push(...left.map((pointer) => ({ pointer, reason: 'masked' as const })))
    if (sent?.has(box.event)) return
    const [, person] = name.split('.')
    const { accessGrantId = fields.grant && person && actor.access?.[person], overrideId } = fields
    const key = `${item.tenant} ${fields.grant?.id} ${accessGrantId} ${overrideId}`
    const { disclosure, among } = disclosed.get(key) ?? {
      disclosure: {
        operationId: operation.operationId,
        tenant: item.tenant,
        persons: [],
        classes: [],
        records: 0,
        ...(fields.grant && { agreementGrantId: fields.grant.id, basis: fields.grant.basis }),
        ...(accessGrantId && { accessGrantId }),
        ...(overrideId && { overrideId }),
      },
      among: new Set<number>(),
    }
    disclosure.records = among.add(index).size
    if (person && !disclosure.persons.includes(person)) disclosure.persons.push(person)
    for (const each of classesIn(part))
      if (fields.classes.includes(each) && !disclosure.classes.includes(each)) disclosure.classes.push(each)
    disclosed.set(key, { disclosure, among })
  })
  for (const { index, property, may } of wanted)
    if (!may) shown[index]!.masked.push({ pointer: `/${property}`, reason: 'not-permitted' })
  for (const { disclosure } of disclosed.values()) await service.disclose(disclosure, request)
  return shown
}

/** A grant of names does not reach a minor: for each of them somebody of the responsible organisation has to say yes. */
async function closeMinors(
  wanted: { item: Item; name: string; may: boolean }[],
  { today, actor: { access = {} } }: Pick<Moment, 'today' | 'actor'>,
  service: Showing['service'],
) {
  const personIn = (name: string) => name.split('.')[1]
  const asked = wanted.flatMap(({ item: { tenant }, name, may }) => {
    const person = personIn(name)
    return may && person && !Object.hasOwn(access, person) ? [{ person, tenant }] : []
  })
  const known = await grownUps(asked, today, service)
  for (const one of wanted) {
    const person = personIn(one.name)
    if (person && !Object.hasOwn(access, person) && !known.has(person)) one.may = false
  }
}

/** Records as the API shows them. */
export async function present(versions: readonly RecordVersion[], showing: Showing) {
  const sealed = await openSealed(versions, showing)
  const { fields } = showing
  return versions.map((version, index) => {
    const { open, masked } = sealed[index]!
    const { value: body, left } = bodyShown(version.body, version, showing)
    const all = [...masked, ...left].filter(({ pointer }) => isAsked(fields, pointer))
    const shown = withoutNulls({
      id: version.id,
      version: version.version,
      orgId: version.tenant,
      agreementId: version.agreementId,
      siteId: version.siteId,
      occurredOn: version.occurredOn,
      recordedAt: version.recordedAt,
      updatedAt: version.updatedAt,
      ...body,
      ...open,
      ...(all.length && { masked: all }),
    })
    return fields ? onlyAsked(fields, shown) : shown
  })
}

/** What is not sealed, as far as its classes are for the actor and its parts were recorded for agreements of the actor. */
export function bodyShown(
  body: object,
  item: Item,
  { record, operation, request }: Omit<Showing, 'service'>,
): { value: object; left: Masked[] } {
  const { actor } = request.moment
  const { value, left } = withoutOthers(body, classifiedOf(record), fieldsOf(actor, item).classes)
  const seen = Object.entries(value ?? {}).map(([name, one]) => [
    name,
    Array.isArray(one) ? one.filter((part) => seesPart(operation.access, actor, part?.agreementId)) : one,
  ])
  return { value: Object.fromEntries(seen), left: left.map((pointer) => ({ pointer, reason: 'not-permitted' })) }
}

/** The whole of what an organisation holds sealed of its own people, for an answer that hands it to them. */
export async function openOwn(
  sections: readonly { name: string; box: unknown }[],
  { operation, request, service }: Pick<Showing, 'operation' | 'request' | 'service'>,
): Promise<Handed[]> {
  const tenant = request.moment.actor.orgId
  const opened = await service.vault.openMany(
    tenant,
    sections.map(({ name, box }) => ({ name, box: box as Box })),
  )
  const records = opened.filter((one) => 'value' in one).length
  const persons = [...new Set(sections.flatMap(({ name }) => name.split('.')[1] ?? []))]
  const { operationId } = operation
  if (records > 0)
    await service.disclose({ operationId, tenant, persons, classes: [...policy.fields.contractor], records }, request)
  return opened.map((one) =>
    'value' in one ? { value: one.value } : { missing: 'erased' in one ? 'erased' : 'restricted' },
  )
}

/** Each organisation's boxes are opened with its own keys. */
async function openOf(wanted: readonly { item: Item; name: string; box: Box }[], { vault }: Showing['service']) {
  const results: Opened[] = []
  for (const tenant of new Set(wanted.map(({ item }) => item.tenant))) {
    const places = wanted.flatMap(({ item }, place) => (item.tenant === tenant ? [place] : []))
    const opened = await vault.openMany(
      tenant,
      places.map((place) => wanted[place]!),
    )
    places.forEach((place, at) => (results[place] = opened[at]!))
  }
  return results
}

/** A section of which the record's schema says nothing is as private as can be. */
const unsaid: Classified = { class: 'pii.sensitive', properties: new Map() }

/** What a sealed section is called in a record: `pii.sub_1` is its identity, `note` and `note.sub_1` its note. */
export const propertyOf = (section: string) => {
  const kind = section.split('.')[0]!
  return kind === 'pii' ? 'identity' : kind
}

const withoutNulls = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== null))
