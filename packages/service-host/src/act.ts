import { createHash } from 'node:crypto'
import type { Actor } from '@wushe/slice'
import { TypeID } from 'typeid-js'
import { operations } from './contract.ts'
import { execute, replayed } from './execute.ts'
import type { Host } from './run.ts'
import { uuidFrom } from './uuid-from.ts'

/**
 * Carries out a command as the platform itself, for what must exist before anybody has a key, or as somebody else. The
 * same key does it once for ever. Answers the id of the record.
 */
export async function act(
  host: Pick<Host, 'services'>,
  operationId: string,
  input: { path?: object; body: object },
  { key, chance = '', as = platformItself }: { key: string; chance?: string; as?: Actor },
): Promise<string> {
  const operation = operations.find((one) => one.operationId === operationId)
  const service = host.services.find((one) => one.name === operation?.service)
  const slice = service?.service.operations[operationId]
  if (!operation || !service || slice?.kind !== 'command')
    throw new Error(`${operationId} is not a command of a service that runs here.`)
  const now = new Date(Date.now() + (service.sandbox?.ahead() ?? 0))
  const commandId = commandIdOf(key)
  const request = {
    commandId,
    requestId: `platform ${key}`,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([operationId, input]))
      .digest('hex'),
    moment: {
      now: now.toISOString(),
      today: new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10),
      chance,
      newId: (prefix: string) => TypeID.fromUUID(prefix, uuidFrom(prefix, commandId)).toString(),
      actor: as,
      ...(service.sandbox && { sandbox: true as const }),
    },
  }
  const full = { slice, operation, input: { path: {}, query: {}, ...input }, request }
  const done = (await replayed(service, full)) ?? (await execute(service, { ...full, ifMatch: '*' }))
  return done.record.id
}

/** The id that a record gets, before or after it is made. */
export const idActed = (prefix: string, key: string) =>
  TypeID.fromUUID(prefix, uuidFrom(prefix, commandIdOf(key))).toString()

const commandIdOf = (key: string) => uuidFrom(`the platform ${key}`, platform)

const platformItself: Actor = { orgId: 'platform', kind: 'operator', keyId: 'platform', agreementIds: [] }
const platform = '0c3f3f1c-4b57-5a0e-9a53-0d9be8e5b0aa'
