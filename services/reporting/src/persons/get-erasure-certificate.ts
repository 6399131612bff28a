import retention from '@wushe/contracts/retention.json' with { type: 'json' }
import { query, refuse, sql } from '@wushe/slice'
import { erasing, handShown, mentioning, sectionsOf, titleOf } from './mentioning.ts'

/** From the ledger alone, but for the moment at which the vault destroyed the key. */
export const getErasureCertificate = query(
  'getErasureCertificate',
  async ({ path: { personId: person } }, { actor: { orgId }, keyDestroyedAt }, rows) => {
    const found = await rows(mentioning(orgId, person))
    const own = found.filter(({ stream }) => stream.endsWith(`-${person}`))
    const erased = own.find(({ type }) => erasing.includes(type))
    if (!erased) return refuse('not-found')
    const destroyedAt = await keyDestroyedAt(person)
    if (!destroyedAt) return refuse('projection-lagging')
    // Of several requests the last one was approved; before 1.1 nobody asked for it apart from doing it.
    const requested = own.slice(0, own.indexOf(erased)).findLast(({ type }) => type.endsWith('ErasureRequested'))
    const sections = found.flatMap((event) => sectionsOf(event, person).map(([name]) => name))
    const count = (kind: string) => sections.filter((name) => name.startsWith(`${kind}.`)).length
    const disclosures = await rows(handedTo(orgId, person))
    const lines = disclosures.reduce((sum, one) => sum + one.disclosures, 0)
    return {
      data: {
        person,
        orgId,
        basis: String(erased.data['basis']),
        ...(requested && { requestedAt: requested.meta.recordedAt, requestedBy: handShown(requested, orgId) }),
        erasedAt: erased.meta.recordedAt,
        approvedBy: handShown(erased, orgId),
        keyDestroyedAt: destroyedAt,
        destroyed: [
          { section: 'identity', count: count('pii') },
          { section: 'note', count: count('note') },
          { section: 'statement', count: count('statement') },
          { section: 'certificateNo', count: count('certificateNo') },
        ].filter((one) => one.count > 0),
        remains: [
          ...Object.entries(Object.groupBy(found, ({ type }) => type)).map(([type, events]) => ({
            ...{ type, what: titleOf(type), count: events!.length, why: counted },
          })),
          ...(lines > 0 ? [{ what: words.accessLog, count: lines, why: words.kept }] : []),
          { what: words.entries, count: found.length, why: words.salted },
        ],
        ...retentionOf(erased.data['retentionProfile']),
        backups: { deadOn: dayAfter(destroyedAt, 35), duty: words.duty },
        handedOut: disclosures.flatMap(({ org_id, disclosures, last_at }) =>
          org_id === orgId ? [] : [{ orgId: org_id, disclosures, lastAt: last_at }],
        ),
      },
    }
  },
)

/** As the event says it that approved the erasure. */
const retentionOf = (profile: unknown) => {
  const known = typeof profile === 'string' && retention.profiles[profile as keyof typeof retention.profiles]
  return known ? { retention: { profile: String(profile), keeps: known.keeps, until: known.until } } : {}
}

const handedTo = (orgId: string, person: string) => sql<{ org_id: string; disclosures: number; last_at: string }>`
  select org_id, count(*)::integer as disclosures,
         to_char(max(at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last_at
  from reporting.access_log where tenant = ${orgId} and persons @> array[${person}]
  group by org_id order by org_id`

/** A calendar day in Asia/Shanghai, which has no summer time. */
const dayAfter = (moment: string, days: number) =>
  new Date(Date.parse(moment) + (days * 24 + 8) * 3_600_000).toISOString().slice(0, 10)

const counted = {
  zh: '已计入统计数字；只有代号、日期与编码，不指名任何人。',
  en: 'It is counted in figures; it holds ids, days and codes, and names nobody.',
}
const words = {
  accessLog: { zh: '查阅记录', en: 'Lines of the access log' },
  kept: {
    zh: '提供与处理个人信息的记录须保存至少三年；其中只有代号。',
    en: 'Records of processing and of giving data to others are kept for three years at least; they hold ids only.',
  },
  entries: { zh: '存证条目', en: 'Evidence entries' },
  salted: {
    zh: '证明账目未被改动；只含加盐的承诺值，盐已随密钥销毁，不能还原任何内容。',
    en: 'They prove that nothing was altered; they hold salted commitments, whose salts went with the key.',
  },
  duty: {
    zh: '平台运营方须保证密钥库的备份保存不超过 35 天；此日之后，任何备份都不能再还原。',
    en: 'The operator has to keep backups of the vault for no more than 35 days; after this day none brings it back.',
  },
}
