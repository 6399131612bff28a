import events from '@wushe/contracts/events.json' with { type: 'json' }
import { sql, type Statement } from '@wushe/slice'

export type Mention = {
  id: string
  source: string
  stream: string
  type: string
  at: string
  data: Record<string, unknown>
  sealed: Record<string, unknown> | null
  meta: { tenant: string; recordedAt: string; occurredOn?: string; actor: Hand }
}
type Hand = { orgId: string; keyId: string; person?: string }

/** The events of an organisation that mention this person, in the order of the ledger. */
export const mentioning = (tenant: string, person: string): Statement<Mention> => sql<Mention>`
  select e.id, e.source, e.stream, e.type, e.data, e.sealed, e.meta
  from reporting.person_events p join inbox.events e using (position)
  where p.tenant = ${tenant} and p.person = ${person}
  order by position`

/** What is sealed of this person in an event, and of nobody else. */
export const sectionsOf = ({ sealed }: Mention, person: string) =>
  Object.entries(sealed ?? {}).filter(([name]) => name.endsWith(`.${person}`))

export const handShown = ({ meta: { actor } }: Mention, asking: string) => ({
  ...{ orgId: actor.orgId, keyId: actor.keyId },
  ...(actor.person && actor.orgId === asking && { person: actor.person }),
})

const titles = new Map(events.map(({ type, title }) => [type, title]))
export const titleOf = (type: string) => titles.get(type) ?? { zh: type, en: type }

/** The types after which a person is erased. */
export const erasing = events.filter(({ json }) => 'x-erases' in json).map(({ type }) => type)
