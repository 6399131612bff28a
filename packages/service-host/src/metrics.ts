/** What can be measured, in Prometheus's words. No label ever holds an organisation, a person, an id or a path. */
export type Metric = {
  kind: 'counter' | 'gauge' | 'histogram'
  labels: readonly string[]
  help: string
  /** Upper bounds of a histogram, in seconds. */
  buckets?: readonly number[]
}

const upToTenSeconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Every metric there is: they are made from it, and dashboards, alerts and the guide are held against it. */
export const metrics = {
  http_server_request_duration_seconds: {
    kind: 'histogram',
    labels: ['service', 'http_request_method', 'http_route', 'http_response_status_code'],
    help: 'From the first byte of a request to the last of its answer; status 499 where the caller did not wait',
    buckets: upToTenSeconds,
  },
  wushe_append_duration_seconds: {
    kind: 'histogram',
    labels: ['service', 'outcome'],
    help: 'One append; outcome: appended, replayed, conflict, command-reused or failed',
    buckets: upToTenSeconds,
  },
  wushe_horizon_lag_seconds: {
    kind: 'gauge',
    labels: ['service'],
    help: 'How long the oldest event that no reader sees yet has waited for an older transaction',
  },
  wushe_follower_running: {
    kind: 'gauge',
    labels: ['service', 'follower'],
    help: '0 where a follower has stopped or cannot go on at the moment, 1 where it works or stands by',
  },
  wushe_follower_lag_seconds: {
    kind: 'gauge',
    labels: ['service', 'follower'],
    help: 'Age of the oldest event that was read and is not applied; the follower `relay` publishes on Kafka',
  },
  wushe_follower_parked_events: {
    kind: 'gauge',
    labels: ['service', 'follower'],
    help: 'Events set aside because they, or one before them in their stream, could not be applied',
  },
  wushe_relay_published_events_total: {
    kind: 'counter',
    labels: ['service'],
    help: 'Events that Kafka has acknowledged',
  },
  wushe_relay_publish_duration_seconds: {
    kind: 'histogram',
    labels: ['service'],
    help: 'One batch of events, until Kafka has acknowledged it or failed',
    buckets: upToTenSeconds,
  },
  wushe_inbox_events_total: {
    kind: 'counter',
    labels: ['service', 'source'],
    help: 'Events of another service that were brought to the inbox, those that it knew already too',
  },
  wushe_inbox_lag_seconds: {
    kind: 'gauge',
    labels: ['service', 'source'],
    help: 'How long the inbox has been behind what the source has told it of',
  },
  wushe_pool_connections: {
    kind: 'gauge',
    labels: ['service', 'state'],
    help: 'Connections to PostgreSQL that are used or idle, and requests waiting for one',
  },
  nodejs_heap_used_bytes: { kind: 'gauge', labels: [], help: 'Memory that JavaScript uses' },
  process_resident_memory_bytes: { kind: 'gauge', labels: [], help: 'Memory of the process' },
  nodejs_eventloop_utilization_ratio: {
    kind: 'gauge',
    labels: [],
    help: 'How busy the event loop was since it was asked last, from 0 to 1',
  },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof metrics
