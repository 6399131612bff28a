import retention from '@wushe/contracts/retention.json' with { type: 'json' }
import { refuse, rowOf, sql, type Refusal } from '@wushe/slice'

type ProfileName = keyof typeof retention.profiles
type Kept = { profile: ProfileName | null; openCases: number; lastClosedOn: string | null }

/**
 * By which profile the organisation keeps data, and the cases of the person, as the read models know them. They may lag
 * by a moment; whoever opens a case knows that an erasure was asked for, and sends its Sync-Token along where it counts.
 */
export const keptBy = rowOf<{ path: { subjectId: string } }, Kept>(
  ({ path: { subjectId } }, { actor }) => sql<Kept>`
    select (select retention_profile from host.organisations where org_id = ${actor.orgId}) as profile,
           count(*) filter (where status <> 'closed')::integer as "openCases", max(body ->> 'closedOn') as "lastClosedOn"
    from cases.case_file
    where tenant = ${actor.orgId} and body ->> 'subjectId' = ${subjectId} and until is null and status <> 'voided'`,
)

export const profileOf = ({ profile }: Pick<Kept, 'profile'>) => profile ?? (retention.default as ProfileName)

/** The later of so many years after the last case was closed and of an age: whoever was a minor is older by then. */
export const refuseKept = (
  kept: Kept,
  { id, birthYearMonth, today }: { id: string; birthYearMonth: string | undefined; today: string },
): Refusal | undefined => {
  const profile = profileOf(kept)
  const { cases } = retention.profiles[profile] as { cases?: { yearsAfterClosing: number; yearsOfAge: number } }
  const { openCases, lastClosedOn } = kept
  // Of an open case nobody knows the end; it is not before today.
  const closedOn = openCases > 0 ? today : lastClosedOn
  if (!cases || closedOn === null) return undefined
  const ofAge = birthYearMonth ? dayAfter(lastDayOf(birthYearMonth), cases.yearsOfAge) : ''
  const until = [dayAfter(closedOn, cases.yearsAfterClosing), ofAge].sort().at(-1)!
  return openCases > 0 || today <= until ? refuse('retention-not-over', { id, profile, until, openCases }) : undefined
}

const dayAfter = (day: string, years: number) => {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  return asDay(Date.UTC(year + years, month - 1, date))
}
const lastDayOf = (month: string) => {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return asDay(Date.UTC(year, number, 0))
}
const asDay = (moment: number) => new Date(moment).toISOString().slice(0, 10)
