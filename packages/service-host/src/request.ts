import { hash, randomUUID } from 'node:crypto'
import type { ServiceName } from '@wushe/contracts'
import { refuse, type Moment } from '@wushe/slice'
import { newSalt, type Vault } from '@wushe/vault'
import canonicalize from 'canonicalize'
import type { Request } from 'express'
import { TypeID } from 'typeid-js'
import { v7 as newUuid } from 'uuid'
import { Refused } from './problem.ts'
import type { Request as CommandRequest } from './stamp.ts'
import { uuidFrom } from './uuid-from.ts'

/** What a slice learns of the request besides its input. The same key of the same organisation makes the same ids. */
export async function requestOf(
  req: Request,
  {
    requestId,
    traceparent,
    moment,
    vault,
    keyed,
    dryRun,
  }: {
    requestId: string
    traceparent?: string | undefined
    moment: Omit<Moment, 'chance' | 'newId'>
    vault: Vault
    /** Does each attempt at it need the same key? */
    keyed: boolean
    /** Nothing is recorded, and so it does without a key. */
    dryRun: boolean
  },
): Promise<CommandRequest> {
  const { orgId } = moment.actor
  const writes = req.method === 'POST' && keyed
  const key = (writes && idempotencyKey(req, dryRun)) || randomUUID()
  // The key belongs to the organisation, so that a rotated API key still finds what it sent before.
  const commandId = uuidFrom(`${orgId} ${key}`, namespace)
  return {
    commandId,
    requestId,
    traceparent,
    dryRun,
    fingerprint: writes ? await fingerprintOf(req, orgId, vault) : '',
    moment: { ...moment, chance: newSalt().toString('hex'), newId: idsFrom(commandId) },
  }
}

/** The last digit says which service is asked, so that its log can be found again. */
export const newRequestId = (service: ServiceName = 'access') =>
  `req_${newUuid({ random: newSalt() }).replaceAll('-', '').slice(0, -1)}${answering.indexOf(service).toString(16)}`

export const serviceOfRequest = (requestId: string): ServiceName | undefined =>
  answering[parseInt(requestId.slice(-1), 16)]

/** Ids that were given away count on the order. */
const answering: readonly ServiceName[] = ['access', 'case', 'volunteer', 'resources', 'reporting']

export const momentAt = (date: Date): Pick<Moment, 'now' | 'today'> => ({
  now: date.toISOString(),
  today: new Date(date.getTime() + 8 * 3_600_000).toISOString().slice(0, 10), // Asia/Shanghai has no summer time.
})

const namespace = '5f0b2f0e-9d0a-5c55-8a51-77f5e0c0a5ee'

const idempotencyKey = (req: Request, optional: boolean) => {
  const key = req.get('idempotency-key')?.replace(/^"(.*)"$/, '$1')
  if (key === undefined && optional) return undefined
  if (key === undefined) throw new Refused(refuse('idempotency-key-missing'))
  if (!/^[\x20-\x7e]{8,255}$/.test(key)) throw new Refused(refuse('idempotency-key-invalid'))
  return key
}

/** Ids that the same command makes again. */
const idsFrom = (commandId: string) => {
  const made = new Map<string, string>()
  return (prefix: string) => {
    const id = made.get(prefix) ?? TypeID.fromUUID(prefix, uuidFrom(prefix, commandId)).toString()
    made.set(prefix, id)
    return id
  }
}

/**
 * Tells a request sent again from another one under the same key. It is kept for ever, and so made with the
 * organisation's own key: from a plain hash one could guess what was sealed, even after an erasure.
 */
async function fingerprintOf(req: Request, orgId: string, vault: Vault): Promise<string> {
  const body = (canonicalize as never as (value: unknown) => string | undefined)(req.body) ?? ''
  const digest = hash('sha256', `${req.method} ${req.path}\n${body}`)
  return Buffer.from(await vault.blindIndex(orgId, 'request', digest), 'base64url').toString('hex')
}
