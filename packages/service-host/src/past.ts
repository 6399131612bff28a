import { isDeepStrictEqual } from 'node:util'
import { foldRecord, recordOf, type RecordVersion } from '@wushe/feed'
import { refuse, type Recorded, type RecordSlice } from '@wushe/slice'
import type { Request } from 'express'
import { propertyOf } from './present.ts'
import { Refused } from './problem.ts'

/** How much of a thing's past is looked at: up to a recorded moment (RFC 3339, UTC), up to a version, or all of it. */
export type Until = { asOf?: string | undefined; version?: number | undefined }

/** What the request asks for, by `asOf`, `Accept-Datetime`, `atVersion` or the version in its path. */
export function untilOf(req: Request, now: string): Until {
  const { asOf = req.get('accept-datetime'), atVersion } = req.query as { asOf?: string; atVersion?: number }
  const version = req.params['version'] ?? atVersion
  if (asOf === undefined) return version === undefined ? {} : { version: Number(version) }
  const time = Date.parse(asOf)
  if (Number.isNaN(time)) throw new Refused(refuse('request-invalid'))
  if (time > Date.parse(now)) throw new Refused(refuse('as-of-in-future', { asOf, now }))
  return { asOf: new Date(time).toISOString(), ...(version !== undefined && { version: Number(version) }) }
}

/** The events of one stream that had happened by then. */
export const upTo = ({ asOf, version = Infinity }: Until, events: readonly Recorded[]): readonly Recorded[] => {
  const known = asOf === undefined ? events.length : events.findLastIndex(({ meta }) => meta.recordedAt <= asOf) + 1
  return events.slice(0, Math.min(known, version))
}

/** By property of the record, the event that made it what it is. */
export function provenanceOf(record: RecordSlice, events: readonly Recorded[], id: string) {
  const about = events.filter((event) => record.of(event) === id)
  const versions = foldRecord(record, undefined, about)
  const made = versions.map(({ version }) => about.find(({ revision }) => revision === version - 1)!)
  const found: Record<string, object> = {}
  versions.forEach((version, index) => {
    const before = versions[index - 1]
    for (const name of changedFields(before, version)) found[`/${name}`] = originOf(made[index]!)
  })
  return found
}

const originOf = ({ id, type, revision, meta }: Recorded) => ({
  eventId: id,
  type,
  version: revision + 1,
  ...(meta.occurredOn && { occurredOn: meta.occurredOn }),
  recordedAt: meta.recordedAt,
  actor: { orgId: meta.actor.orgId, keyId: meta.actor.keyId },
  channel: meta.channel,
})

/** Names of the properties that differ between two versions of a record. */
function changedFields(before: RecordVersion | undefined, after: RecordVersion): string[] {
  const [old, fresh] = [before && propertiesOf(before), propertiesOf(after)]
  return [...new Set([...Object.keys(old ?? {}), ...Object.keys(fresh)])].filter(
    (name) => !isDeepStrictEqual(old?.[name], fresh[name]),
  )
}

/** What a version says, with encrypted sections as they are stored: each seal is another, even of the same words. */
const propertiesOf = ({ agreementId, siteId, occurredOn, body, sealed }: RecordVersion) =>
  Object.fromEntries(
    Object.entries({
      ...{ agreementId, siteId, occurredOn },
      ...body,
      ...Object.fromEntries(Object.entries(sealed ?? {}).map(([section, box]) => [propertyOf(section), box])),
    }).filter(([, value]) => value !== undefined && value !== null),
  ) as Record<string, unknown>

/**
 * For whoever sent an outdated version: what others did since, and where that meets the change that was sent.
 * Only for an actor who may write to the thing, and so sees all of it.
 */
export function conflictOf({
  record,
  events,
  id,
  yours,
  current,
  body,
  path,
}: {
  record: RecordSlice
  events: readonly Recorded[]
  id: string
  yours: number | undefined
  current: number
  body: unknown
  /** Of the thing. */
  path: string
}) {
  const known = yours !== undefined && yours > 0 && yours < current
  const before = known ? recordOf(record, events.slice(0, yours), id) : undefined
  const now = recordOf(record, events, id)
  const changed = before && now ? changedFields(before, now) : []
  const old = before && propertiesOf(before)
  const sent = Object.entries(body ?? {})
    .filter(([name, value]) => !isDeepStrictEqual(value, old?.[name]))
    .map(([name]) => name)
  return {
    ...(yours !== undefined && { yourVersion: yours }),
    currentVersion: current,
    ...(before && {
      changedFields: changed.map((name) => `/${name}`),
      overlapsYourChange: changed.filter((name) => sent.includes(name)).map((name) => `/${name}`),
    }),
    changes: known
      ? events.slice(yours).map(({ type, revision, meta }) => ({
          version: revision + 1,
          type,
          recordedAt: meta.recordedAt,
          actor: { orgId: meta.actor.orgId, keyId: meta.actor.keyId },
        }))
      : [],
    links: { current: path, ...(before && { diff: `${path}/diff?from=${yours}&to=${current}` }) },
  }
}
