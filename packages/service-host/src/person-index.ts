import { setTimeout as pause } from 'node:timers/promises'
import type { Schemas } from '@wushe/contracts'
import { checkCitizenId } from '@wushe/contracts/codes'
import type { EventStore } from '@wushe/event-store'
import type { Follower } from '@wushe/feed'
import { idNumberOf } from '@wushe/slice'
import type { Box, Vault } from '@wushe/vault'
import { erasing, lifting, restricting } from './erasure.ts'

/** By what a person may be found. */
export type Trait = 'idNumber' | 'name' | 'birthDate' | 'phone' | 'phoneTail'
/** Numbers of different documents do not speak against each other: each kind is a feature of its own. */
export type Feature = Exclude<Trait, 'idNumber'> | `idNumber.${string}`

type Identity = Partial<Schemas['Identity']>

/** What identifies a person, each in its one way of writing. A guardian's phone is one by which a child is reached. */
export function featuresOf(identity: Identity): [Feature, string][] {
  const { name, phone, guardian } = identity
  const found: [Feature, string][] = []
  const number = idNumberOf(identity as Schemas['Identity'])
  if (number) found.push([`idNumber.${number.type}`, number.value])
  if (name) found.push(['name', name.normalize('NFKC').replaceAll(/\s/g, '')])
  const birthDate = identity.birthDate ?? birthDateIn(number)
  if (birthDate) found.push(['birthDate', birthDate])
  for (const each of new Set([phone, guardian?.phone].map(digitsOf))) {
    if (each.length < 7) continue
    found.push(['phone', each], ['phoneTail', each.slice(-4)])
  }
  return found
}

/** Under the organisation's own key: equal values are equal, and nothing can be read from them. */
export const blindly = async (vault: Vault, tenant: string, features: readonly [Feature, string][]) =>
  Promise.all(
    features.map(async ([feature, value]) => ({
      feature,
      value: await vault.blindIndex(tenant, `person-${feature}`, value),
    })),
  )

/**
 * Keeps, for each person of these categories, blind indexes of the newest identity; of one who was erased or is
 * restricted, or whose record is void, none. It opens sealed sections in memory only. Whatever happens between two lines, it begins again
 * with the same events and comes to the same rows, and so it does when the table is built anew: of an erased person the
 * vault opens nothing any more.
 */
export const personIndexFollower = ({
  vault,
  store,
  categories,
}: {
  vault: Vault
  store: Pick<EventStore, 'read'>
  categories: readonly string[]
}): Follower => ({
  name: 'person-index',
  revision: 1,
  filter: { categories },
  concerns: ({ type, sealed }) =>
    forgets(type) || lifting.includes(type) || Object.keys(sealed ?? {}).some((name) => name.startsWith('pii.')),
  tables: [table],
  onPoison: 'park',
  apply: async (batch, client, tableName) => {
    // Of several events about one person the last one counts.
    const last = new Map<string, { tenant: string; name: string; box: Box | undefined; lifted: boolean }>()
    for (const { stream, type, meta, sealed } of batch) {
      const person = stream.slice(stream.indexOf('-') + 1)
      const own = (sealed as Record<string, Box> | null)?.[`pii.${person}`]
      const lifted = lifting.includes(type)
      const box = lifted ? await newestIdentity(store, stream, person) : own
      if (box || forgets(type))
        last.set(person, {
          tenant: (meta as { tenant: string }).tenant,
          name: `pii.${person}`,
          box: forgets(type) ? undefined : box,
          lifted,
        })
    }
    const rows: { tenant: string; person: string; feature: string; value: string }[] = []
    for (const [person, { tenant, name, box, lifted }] of last) {
      const opened = box && (await (lifted ? onceLifted(vault, tenant, name, box) : vault.open(tenant, name, box)))
      if (!opened || !('value' in opened)) continue
      const features = await blindly(vault, tenant, featuresOf(opened.value as Identity))
      rows.push(...features.map((one) => ({ tenant, person, ...one })))
    }
    await client.query(`delete from ${tableName(table)} where person = any($1)`, [[...last.keys()]])
    await client.query(
      `insert into ${tableName(table)} (tenant, person, feature, value)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])`,
      [
        rows.map((one) => one.tenant),
        rows.map((one) => one.person),
        rows.map((one) => one.feature),
        rows.map((one) => one.value),
      ],
    )
  },
})

const table = 'host.person_index'

const forgets = (type: string) => erasing.includes(type) || restricting.includes(type) || type.endsWith('Voided')

/**
 * The key of a person of whom the log says that they may be read is opened by the follower beside this one, which may
 * be a moment behind.
 */
async function onceLifted(vault: Vault, tenant: string, name: string, box: Box) {
  for (let tries = 0; ; tries++) {
    const opened = await vault.open(tenant, name, box)
    if (!('restricted' in opened) || tries === 250) return opened
    await pause(20)
  }
}

/** The identity that a restricted person's record had all the while; none where it is void or restricted once more. */
async function newestIdentity(store: Pick<EventStore, 'read'>, stream: string, person: string) {
  let lifted = false
  for await (const { type, sealed } of store.read(stream, { backwards: true })) {
    lifted ||= lifting.includes(type)
    if (forgets(type) && !(lifted && restricting.includes(type))) return undefined
    const box = (sealed as Record<string, Box> | null)?.[`pii.${person}`]
    if (box) return box
  }
  return undefined
}

const digitsOf = (phone = '') =>
  phone
    .normalize('NFKC')
    .replaceAll(/\D/g, '')
    .replace(/^(00)?86(?=1\d{10}$)/, '')

const birthDateIn = (number: ReturnType<typeof idNumberOf>) => {
  const check = number?.type === 'citizen-id' ? checkCitizenId(number.value) : undefined
  return check?.ok ? check.birthDate : undefined
}
