import type { RecordVersion } from '@wushe/feed'
import type { Actor } from '@wushe/slice'
import type { Box, Vault } from '@wushe/vault'

/** What a sealed section is called in a record: `pii.sub_1` is its identity, `note` and `note.sub_1` its note. */
export const propertyOf = (section: string) => {
  const kind = section.split('.')[0]!
  return kind === 'pii' ? 'identity' : kind
}

/** Only the organisation that recorded a person's data sees it. */
const mayOpen = (tenant: string, actor: Actor) => actor.kind === 'contractor' && actor.orgId === tenant

/** Opens sealed sections for whoever may see them, and says of the others why they are missing. */
export async function openSealed(
  items: { tenant: string; sealed?: Record<string, unknown> | null | undefined }[],
  actor: Actor,
  vault: Vault,
): Promise<{ open: Record<string, unknown>; masked: { pointer: string; reason: string }[] }[]> {
  const wanted = items.flatMap(({ tenant, sealed }, index) =>
    Object.entries(sealed ?? {}).map(([name, box]) => ({ index, name, box: box as Box, may: mayOpen(tenant, actor) })),
  )
  const permitted = wanted.filter((one) => one.may)
  const opened = permitted.length ? await vault.openMany(actor.orgId, permitted) : []
  const results = items.map(() => ({
    open: {} as Record<string, unknown>,
    masked: [] as { pointer: string; reason: string }[],
  }))
  const mask = (index: number, name: string, reason: string) =>
    results[index]!.masked.push({ pointer: `/${propertyOf(name)}`, reason })
  permitted.forEach(({ index, name }, at) => {
    const one = opened[at]!
    if ('erased' in one) mask(index, name, 'erased')
    else results[index]!.open[propertyOf(name)] = one.value
  })
  for (const { index, name, may } of wanted) if (!may) mask(index, name, 'not-permitted')
  return results
}

/** Records as the API shows them. */
export async function present(versions: RecordVersion[], actor: Actor, vault: Vault) {
  const sealed = await openSealed(versions, actor, vault)
  return versions.map((version, index) => {
    const { open, masked } = sealed[index]!
    return withoutNulls({
      id: version.id,
      version: version.version,
      orgId: version.tenant,
      agreementId: version.agreementId,
      siteId: version.siteId,
      occurredOn: version.occurredOn,
      recordedAt: version.recordedAt,
      updatedAt: version.updatedAt,
      ...(actor.kind === 'funder' ? partsSeen(version.body, actor) : version.body),
      ...open,
      ...(masked.length && { masked }),
    })
  })
}

/** A thing may have parts that were recorded for other agreements than the thing itself, or (null) for none. */
const partsSeen = (body: object, { agreementIds }: Actor) =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.filter((part) => seen(part?.agreementId, agreementIds)) : value,
    ]),
  )

const seen = (agreementId: unknown, agreementIds: readonly string[]) =>
  agreementId === undefined || agreementIds.includes(agreementId as string)

const withoutNulls = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== null))
