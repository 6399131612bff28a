import type { NewEvent } from '@wushe/event-store'
import { canonical, commitment, entryOf } from '@wushe/evidence'
import type { Meta, Moment, Recorded, Sealed } from '@wushe/slice'
import { newSalt, type Vault } from '@wushe/vault'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { newestEvent } from './contract.ts'
import { uuidFrom } from './uuid-from.ts'

export type Request = {
  commandId: string
  fingerprint: string
  requestId: string
  /** Everything is done but recording. */
  dryRun?: boolean
  /** Of its trace, if somebody will see it. */
  traceparent?: string | undefined
  moment: Moment
}

type Decided = { type: string; data: Record<string, any>; sealed?: Sealed | undefined }

/**
 * Turns decided events into storable ones: ids that a retry makes again, metadata, sealed sections encrypted, and the
 * evidence entry that commits to it all. Also gives them in the form that folds read.
 */
export async function stamp(
  decided: readonly Decided[],
  at: { category: string; streamId: string; revision: number; tenant: string },
  { commandId, requestId, traceparent, moment }: Request,
  vault: Pick<Vault, 'blindIndex' | 'seal'>,
): Promise<{ stored: NewEvent; read: Recorded }[]> {
  const stream = `${at.category}-${at.streamId}`
  const pseudonym = `k_${(await vault.blindIndex(at.tenant, 'stream', stream)).slice(0, 26)}`
  return Promise.all(
    decided.map(async ({ type, data: loose, sealed: sections }, index) => {
      const entry = newestEvent(type)
      if (!entry) throw new Error(`The contract has no event ${type}.`)
      const data = withoutUndefined(loose) as Record<string, any>
      mustFit(type, entry.schema, entry.json, data)

      const id = uuidFrom(`event ${index}`, commandId)
      const text = canonical(data)
      const salt = newSalt()
      const named = Object.entries(withoutUndefined(sections ?? {}) as Sealed)
      const { sealed, commitments } = named.length
        ? await vault.seal(
            at.tenant,
            named.map(([name, value]) => ({ name, owner: ownerOf(name, at.tenant), value })),
            id,
          )
        : { sealed: undefined, commitments: {} }

      const meta: Meta = {
        recordedAt: moment.now,
        tenant: at.tenant,
        ...pick(data, 'occurredOn', 'agreementId', 'siteId', 'divisionCode'),
        actor: pick(moment.actor, 'orgId', 'kind', 'keyId', 'person') as Meta['actor'],
        channel: 'api',
        commandId,
        correlationId: requestId,
        ...(traceparent && { traceparent }),
        ...(moment.sandbox && { livemode: false }),
        salt: salt.toString('base64url'),
      }
      const stored: NewEvent = {
        id,
        type,
        schema: entry.schema,
        data: text,
        sealed: sealed ? JSON.stringify(sealed) : null,
        meta: JSON.stringify(meta),
        entry: entryOf({
          at: `${moment.now.slice(0, 19)}Z`,
          id,
          st: pseudonym,
          sv: at.revision + index,
          ty: `${type}@${entry.schema}`,
          commitments: { ...commitments, data: commitment('data', salt, text) },
        }),
      }
      const read = {
        id,
        type,
        data,
        meta,
        streamId: at.streamId,
        revision: at.revision + index,
        position: '',
        at: moment.now,
        ...(sealed && { sealed }),
      }
      return { stored, read }
    }),
  )
}

/** `pii.sub_1` belongs to that person; a section without a name after the dot, to the organisation. */
const ownerOf = (section: string, tenant: string) => section.split('.')[1] ?? tenant

const pick = (data: Record<string, any>, ...names: string[]) =>
  Object.fromEntries(names.flatMap((name) => (typeof data[name] === 'string' ? [[name, data[name]]] : [])))

const withoutUndefined = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [[key, withoutUndefined(one)]])),
  )
}

const ajv = new Ajv2020({ strict: false })
formats.default(ajv)
const compiled = new Map<string, ValidateFunction>()

/** What does not fit its schema is a mistake of ours, found before it is stored for ever. */
function mustFit(type: string, schema: number, json: object, data: unknown) {
  const key = `${type}@${schema}`
  const fits = compiled.get(key) ?? ajv.compile({ ...json, $id: undefined })
  compiled.set(key, fits)
  if (!fits(data)) throw new Error(`${key} does not fit its schema: ${ajv.errorsText(fits.errors)}`)
}
