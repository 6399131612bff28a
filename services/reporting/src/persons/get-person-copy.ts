import { query, refuse } from '@wushe/slice'
import { linesAbout } from './list-access-log.ts'
import { copyPage } from './copy-page.ts'
import { handShown, mentioning, sectionsOf, titleOf } from './mentioning.ts'

/** All that the organisation holds of a person, for that person: nothing that is sealed of anybody else. */
export const getPersonCopy = query(
  'getPersonCopy',
  async ({ path: { personId: person } }, { actor: { orgId }, now, language, open }, rows) => {
    const found = await rows(mentioning(orgId, person))
    if (found.length === 0) return refuse('not-found')
    const boxes = found.flatMap((event) =>
      sectionsOf(event, person).map(([name, box]) => ({ id: event.id, name, box })),
    )
    const opened = await open(boxes)
    const events = found.map((event) => {
      const own = boxes.flatMap(({ id, name }, at) =>
        id === event.id ? [[propertyOf(name), opened[at]!] as const] : [],
      )
      const shown = own.flatMap(([name, one]) => ('value' in one ? [[name, one.value]] : []))
      const masked = own.flatMap(([name, one]) =>
        'value' in one ? [] : [{ pointer: `/sealed/${name}`, reason: one.missing }],
      )
      return {
        eventId: event.id,
        service: event.source,
        type: event.type,
        title: titleOf(event.type)[language],
        ...(event.meta.occurredOn && { occurredOn: event.meta.occurredOn }),
        recordedAt: event.meta.recordedAt,
        by: handShown(event, orgId),
        data: event.data,
        ...(shown.length && { sealed: Object.fromEntries(shown) }),
        ...(masked.length && { masked }),
      }
    })
    return { data: { person, orgId, preparedAt: now, events, disclosures: await linesAbout(orgId, person, rows) } }
  },
  { html: copyPage },
)

const propertyOf = (section: string) => {
  const kind = section.split('.')[0]!
  return kind === 'pii' ? 'identity' : kind
}
