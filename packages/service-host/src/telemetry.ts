import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServiceName } from '@wushe/contracts'
import type { EventStore } from '@wushe/event-store'
import type { Copier, Follower } from '@wushe/feed'
import type { OpenService } from './open.ts'

export type TelemetryConfig = {
  /** Where traces go, and which part of the requests that come without one begin one. */
  traces?: { endpoint: string; ratio: number }
  /** Where metrics are to be had. */
  metrics?: { host: string; port: number }
}

/** The trace of a request that somebody will see. */
export type Trace = {
  id: string
  /** W3C Trace Context, for what the request causes. */
  traceparent: string
  /** Runs it inside the trace. */
  within: (work: () => void) => void
}

/** What the host tells of itself. All of it says what was done and how long it took, and nothing of what was sent. */
export type Telemetry = {
  metricsUrl?: string
  /** Measures a request until its answer is sent. Undefined where it is not traced. */
  request: (req: IncomingMessage, res: ServerResponse, operation: () => Operation | undefined) => Trace | undefined
  store: (service: ServiceName, store: EventStore) => EventStore
  /** `source` where the follower fills the inbox from that service's log. */
  follower: (service: ServiceName, follower: Follower, source?: ServiceName) => Follower
  copier: (service: ServiceName, source: ServiceName, copier: Copier) => Copier
  /** Reads their lags, pools and followers whenever somebody asks, until the function that it answers is called. */
  observe: (services: readonly OpenService[]) => () => void
  /** Sends what is left, but waits for nobody long. */
  close: () => Promise<void>
}

type Operation = { operationId: string; template: string; service: string }

/** Undefined where nobody wants to know; then nothing of OpenTelemetry is even loaded. */
export const openTelemetry = async (
  config: TelemetryConfig | undefined,
  services: readonly ServiceName[],
): Promise<Telemetry | undefined> =>
  config && (await import('./telemetry-sdk.ts')).startTelemetry(config, `wushe-${services.join('-')}`)
