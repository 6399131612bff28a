import { worker, type Tools } from '@wushe/slice'
import { thingsOf } from '../../places.ts'
import { attributesIn, sequenceOf } from '../ledger.ts'
import {
  beginRuns,
  dueNow,
  endpointsWithWork,
  fill,
  forget,
  letGo,
  settled,
  take,
  type Due,
  type Endpoint,
} from './deliveries.ts'
import { outcomeOf } from './outcome.ts'

/**
 * Sends the ledger to the endpoints: each its own task, each record in order, at least once, always with the same
 * `webhook-id`. What was put among the deliveries is sent by whoever comes after, if this process dies.
 */
export const deliver = worker('webhooks', {
  tasks: async ({ rows, owner, now }) =>
    (await rows(endpointsWithWork(owner, now()))).map(({ endpoint_id }) => endpoint_id),

  work: async (endpointId, tools, stopping) => {
    const { rows, owner, now } = tools
    let more = true
    try {
      while (more && !stopping()) {
        const [endpoint] = await rows(take(endpointId, owner, now()))
        if (!endpoint) return
        await beginRuns(endpoint, now(), rows)
        const unread = await fill(endpoint, now(), rows)
        const due = await rows(dueNow(endpointId, now()))
        const secrets = due.length > 0 ? await secretsOf(endpoint, tools) : []
        await Promise.all(due.map((one) => send(endpoint, one, secrets, tools)))
        more = due.length > 0 || unread
      }
      await rows(forget(endpointId, now()))
    } finally {
      await rows(letGo(endpointId, owner))
    }
  },
})

async function send(endpoint: Endpoint, due: Due, secrets: string[], { rows, now, chance, post, act }: Tools) {
  const { endpoint_id: webhookId, url } = endpoint
  const posted = await post({ url, id: due.id, body: JSON.stringify(messageOf(due)), secrets })
  const outcome = outcomeOf(posted, due.attempts, now(), chance())
  await rows(settled(webhookId, due, outcome, now()))
  if (outcome.gone)
    await act(
      'suspendWebhook',
      { path: { webhookId }, body: { reason: 'gone' } },
      `webhook ${webhookId} gone ${due.run} ${due.position} ${now()}`,
    )
}

/** Thin: what happened to which thing, and where to read it. No facts, and nothing about a person. */
export const messageOf = (due: Due) => {
  const [thing] = thingsOf(due.stream, due.data)
  return {
    ...attributesIn(due),
    ...(due.number !== null && { endpointsequence: sequenceOf(due.number) }),
    data: { ...thing, version: Number(due.revision) + 1 },
  }
}

/** The one before signs too, for a day. */
async function secretsOf({ tenant, secret, old_secret, rotated_at }: Endpoint, { open, now }: Tools) {
  const old = rotated_at !== null && Date.parse(now()) < Date.parse(rotated_at) + 24 * 3_600_000
  const boxes = old && old_secret !== null ? [secret, old_secret] : [secret]
  return Promise.all(boxes.map(async (box) => (await open(tenant, 'secret', box)) as string))
}
