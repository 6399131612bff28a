import { projection, sql, type Recorded } from '@wushe/slice'

/** What deliveries need to know of the endpoints: where to, what, and with which secrets. */
export const endpoints = projection('webhook-endpoints', {
  tables: ['reporting.webhook_endpoints', 'reporting.webhook_replays'],
  on: {
    reporting: {
      WebhookRegistered: (event) => sql`
        insert into reporting.webhook_endpoints (endpoint_id, tenant, url, event_types, secret)
        values (${event.streamId}, ${event.meta.tenant}, ${event.data.url}, ${event.data.eventTypes ?? null}, ${secretIn(event)})
        on conflict (endpoint_id) do nothing`,
      WebhookCorrected: ({ streamId, data }) => sql`
        update reporting.webhook_endpoints set url = ${data.url}, event_types = ${data.eventTypes ?? null}
        where endpoint_id = ${streamId}`,
      WebhookSuspended: ({ streamId }) =>
        sql`update reporting.webhook_endpoints set active = false where endpoint_id = ${streamId}`,
      WebhookResumed: ({ streamId }) =>
        sql`update reporting.webhook_endpoints set active = true where endpoint_id = ${streamId}`,
      WebhookRemoved: ({ streamId }) =>
        sql`update reporting.webhook_endpoints set active = false where endpoint_id = ${streamId}`,
      WebhookSecretRotated: (event) => sql`
        update reporting.webhook_endpoints
        set old_secret = secret, secret = ${secretIn(event)}, rotated_at = ${event.meta.recordedAt}
        where endpoint_id = ${event.streamId}`,
      WebhookReplayRequested: ({ id, streamId, meta, data: { from, to, eventIds } }) => sql`
        insert into reporting.webhook_replays (replay_id, endpoint_id, from_at, to_at, event_ids, requested_at)
        values (${id}, ${streamId}, ${from ?? null}, ${to ?? null}, ${eventIds ?? null}, ${meta.recordedAt})
        on conflict (replay_id) do nothing`,
    },
  },
})

const secretIn = ({ sealed }: Recorded) => JSON.stringify(sealed?.['secret'])
