import { sql, type Following } from '@wushe/slice'
import { about, factsFrom } from './fact.ts'

/** Links of a resource with a need: delivered once or in parts, then valued. */
export const fromResources: Following['resources'] = {
  ResourceDelivered: (event) => {
    const { linkId, kind, occurredOn } = event.data
    return links.add(event, [
      { fact: linkId, kind: 'link', record: linkId, subject: linkId, occurredOn, quantity: 1, dims: { kind } },
    ])
  },
  LinkValued: (event) => {
    const { linkId, kind, amountFen, deliveredOn } = event.data
    return links.replace(event, sql`${about(linkId)} and kind = 'link-value'`, [
      {
        fact: linkId,
        kind: 'link-value',
        record: linkId,
        subject: linkId,
        occurredOn: deliveredOn,
        quantity: amountFen,
        dims: { kind },
      },
    ])
  },
  LinkVoided: (event) => links.end(event, about(event.data.linkId)),
}

const links = factsFrom('resources', 'offer')
