import { createRequire } from 'node:module'
import { Kafka, logLevel } from 'kafkajs'

export type Bus = {
  /** Who needs an admin, a producer or a consumer makes one of its own. */
  kafka: Kafka
  /** Begins the name of every topic and consumer group. */
  prefix: string
}

export type BusOptions = {
  brokers: readonly string[]
  prefix: string
  tls?: boolean
  /** SCRAM-SHA-512. */
  sasl?: { username: string; password: string }
  /** Who we are, in the broker's logs: service and process. */
  clientId: string
  log?: (line: string) => void
}

/** Nothing is connected until it is used. */
export const openBus = ({ brokers, prefix, tls = false, sasl, clientId, log = () => {} }: BusOptions): Bus => {
  quietTimers()
  return {
    prefix,
    kafka: new Kafka({
      clientId,
      brokers: [...brokers],
      ssl: tls,
      ...(sasl && { sasl: { mechanism: 'scram-sha-512', ...sasl } }),
      connectionTimeout: 3000,
      requestTimeout: 10_000,
      retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 5 },
      logLevel: logLevel.ERROR,
      logCreator:
        () =>
        ({ namespace, log: { message, error } }) =>
          log(`kafka ${namespace}: ${message}${typeof error === 'string' ? ` (${error})` : ''}`),
    }),
  }
}

/**
 * kafkajs 2.2.4 looks at each connection's queue every millisecond as long as it is open (tulios/kafkajs#1751), which
 * burns 6 % of a core per idle connection. It needs to look only while a request waits; each new request asks for the next
 * look itself.
 */
const quietTimers = () => {
  if (quiet) return
  quiet = true
  const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: RequestQueue
  }
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests
  RequestQueue.prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) schedule.call(this)
  }
}

let quiet = false

type RequestQueue = { pending: unknown[]; scheduleCheckPendingRequests(): void }
