import type { ServiceName } from '@wushe/contracts'
import type { EventLog, EventStore, Upcasters } from '@wushe/event-store'
import { openInbox, preparing, type Bus, type Inbox } from '@wushe/feed'
import type { RecordSlice, Statement } from '@wushe/slice'
import type { Vault } from '@wushe/vault'
import type { Pool } from 'pg'
import { agreementRow, type AgreementRow } from './agreements.ts'
import { authenticator } from './authenticate.ts'
import type { CredentialUse } from './credential-use.ts'
import { cursors, type Cursors } from './cursor.ts'
import { recordingDisclosures, type Disclose } from './disclosure.ts'
import { startFollowers, type Followers } from './followers.ts'
import type { RateLimits } from './rate-limits.ts'
import { openRequestLog, type RequestLog } from './request-log.ts'
import type { Sandbox } from './sandbox.ts'
import type { Service } from './service.ts'
import type { Stores } from './stores.ts'
import type { Telemetry } from './telemetry.ts'
import type { Tokens } from './tokens.ts'

/** A service with its stores open and its followers running. */
export type OpenService = {
  name: ServiceName
  service: Service
  store: EventStore
  inbox: Inbox
  vault: Vault
  cursors: Cursors
  upcasters: Upcasters
  rows: <Row>(statement: Statement<Row>) => Promise<Row[]>
  authenticate: ReturnType<typeof authenticator>
  tokens: Tokens
  limits: RateLimits
  uses: CredentialUse
  requests: RequestLog
  /** Undefined where things are real. */
  sandbox?: Sandbox | undefined
  /** Records a disclosure, before the answer leaves. */
  disclose: Disclose
  agreement: (id: unknown) => Promise<AgreementRow | undefined>
  recordNamed: (name: string) => RecordSlice
  /** Position up to which a record's or projection's table stands, as committed. */
  checkpointOf: (table: string) => Promise<string>
  running: Followers['running']
  fillers: Followers['fillers']
  pool: Pool
  /** What the event store has to say to an operator. */
  warnings: () => string[]
  stopFollowing: () => Promise<void>
}

export type OpenOptions = {
  databaseUrl: string
  /** Where events are recorded: in the database, unless told otherwise. */
  eventStoreUrl?: string | undefined
  vault: Vault
  tokens: Tokens
  limits: RateLimits
  uses: CredentialUse
  sandbox?: Sandbox | undefined
  cursorSecret: Buffer
  poolSize?: number | undefined
  /** The log of another service that is hosted in this process. */
  feedOf: (name: ServiceName) => EventLog | undefined
  /** Where the events of the others are, and where ours go. */
  bus?: Bus | undefined
  /** Services that are not hosted here are not followed. */
  alone?: boolean | undefined
  log?: (line: Record<string, unknown>) => void
  telemetry?: Telemetry | undefined
}

/** A service on its stores, with its inbox, its read-copies and its read models. */
export async function openService(service: Service, stores: Stores, options: OpenOptions): Promise<OpenService> {
  const { pool } = stores
  const { vault, telemetry, tokens, limits, uses, sandbox } = options
  const store = telemetry?.store(service.name, stores.store) ?? stores.store
  const inbox = openInbox({ pool, ahead: sandbox?.ahead })
  const { running, fillers, stop } = startFollowers(service, { ...stores, store, inbox }, options)

  const query = preparing()
  const rows: OpenService['rows'] = async ({ text, values }) => (await pool.query(query(text, values))).rows
  const records = new Map(service.records.map((record) => [record.name as string, record]))
  const agreements = new Map<string, AgreementRow>()
  return {
    name: service.name,
    service,
    store,
    inbox,
    vault,
    cursors: cursors(options.cursorSecret),
    upcasters: service.upcasters,
    rows,
    authenticate: authenticator(rows, tokens),
    ...{ tokens, limits, uses, sandbox },
    requests: openRequestLog(pool),
    disclose: recordingDisclosures({ store, vault }),
    // An agreement, once active, keeps its parties and its period: what was found is kept.
    agreement: async (id) => {
      if (typeof id !== 'string') return undefined
      const found = agreements.get(id) ?? (await rows(agreementRow(id)))[0]
      if (found) agreements.set(id, found)
      return found
    },
    recordNamed: (name) => {
      const record = records.get(name)
      if (!record) throw new Error(`${service.name} has no record ${name}.`)
      return record
    },
    checkpointOf: async (table) => {
      const { rows: found } = await pool.query(
        'select position from es.checkpoints where name = $1 order by version desc limit 1',
        [table],
      )
      const position = found[0]?.position
      return position === undefined || position === 'start' ? '' : position
    },
    running,
    fillers,
    pool,
    warnings: stores.warnings,
    stopFollowing: stop,
  }
}
