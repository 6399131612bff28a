import { raw, sql, type Actor, type RecordSlice } from '@wushe/slice'
import type { RecordVersion } from '@wushe/feed'
import type { Operation } from './contract.ts'
import type { OpenService } from './open.ts'
import { blindly, featuresOf, type Feature, type Trait } from './person-index.ts'
import { visible } from './policy.ts'
import { present } from './present.ts'
import { versionColumns } from './read.ts'
import type { AnyInput } from './service.ts'
import type { Request } from './stamp.ts'

/** The people to whom everything applies that was sent, exactly; at most a hundred. */
export async function searchPeople(
  service: OpenService,
  record: RecordSlice,
  operation: Operation,
  { body }: AnyInput,
  request: Request,
) {
  const { actor, now } = request.moment
  const asked = featuresOf(body).filter(([feature]) => body[nameOf(feature)] !== undefined)
  // What can be no value of a feature, such as a phone without digits, is nobody's.
  const complete = asked.length === sought.filter((name) => body[name] !== undefined).length
  const found = complete ? await agreeing(service, actor, asked) : []
  const all = found.flatMap(({ person, agreed }) => (agreed.length === asked.length ? [person] : []))
  const versions = await service.rows(sql<RecordVersion>`
    select ${versionColumns} from ${raw(record.table)}
    where until is null and id = any(${all}) and ${visible(operation.access, actor)}
    order by created desc limit 100`)
  const position = await service.checkpointOf(record.table)
  return { data: await present(versions, { record: record.name, operation, request, service }), asOf: now, position }
}

const sought = ['idNumber', 'name', 'phone'] as const

/** Who may be the same person, how surely, and by what. Nothing of theirs is shown. */
export async function matchPeople(
  service: OpenService,
  record: RecordSlice,
  operation: Operation,
  { body }: AnyInput,
  actor: Actor,
) {
  const found = await agreeing(service, actor, featuresOf(body))
  const graded = found.flatMap((one) => {
    const grade = gradeOf(one.agreed, one.disagreed)
    return grade ? [{ ...one, grade }] : []
  })
  const seen = await service.rows(sql<{ id: string }>`
    select id from ${raw(record.table)}
    where until is null and id = any(${graded.map(({ person }) => person)}) and ${visible(operation.access, actor)}`)
  const ids = new Set(seen.map(({ id }) => id))
  return {
    data: graded
      .filter(({ person }) => ids.has(person))
      .sort((a, b) => grades.indexOf(a.grade) - grades.indexOf(b.grade) || b.agreed.length - a.agreed.length)
      .slice(0, 50)
      .map(({ person, grade, agreed, disagreed }) => ({ id: person, grade, agreed, disagreed })),
  }
}

const grades = ['certain', 'probable', 'possible'] as const

/**
 * The same document is the same person. The same name with the same birth date or phone is probably one, with less it is
 * possibly; and another document of the same kind makes each of them less sure. A name alone, or a phone, is nobody.
 */
export function gradeOf(agreed: readonly Trait[], disagreed: readonly Trait[]): (typeof grades)[number] | undefined {
  const has = (...traits: Trait[]) => traits.every((one) => agreed.includes(one))
  if (has('idNumber')) return 'certain'
  const differs = disagreed.includes('idNumber')
  if (has('name', 'birthDate') || has('name', 'phone')) return differs ? 'possible' : 'probable'
  if (has('name', 'phoneTail') || has('birthDate', 'phone')) return differs ? undefined : 'possible'
  return undefined
}

type Agreeing = { person: string; agreed: Trait[]; disagreed: Trait[] }

/** Whoever of the actor's own people agrees in something, in what, and in what not. */
async function agreeing(service: OpenService, { orgId }: Actor, asked: [Feature, string][]): Promise<Agreeing[]> {
  if (asked.length === 0) return []
  const wanted = await blindly(service.vault, orgId, asked)
  const features = wanted.map(({ feature }) => feature)
  const rows = await service.rows(sql<{ person: string; feature: Feature; agrees: boolean }>`
    with wanted as (select * from unnest(${features}::text[], ${wanted.map(({ value }) => value)}::text[]) w (feature, value)),
    near as (select distinct person from host.person_index i join wanted using (feature, value)
             where tenant = ${orgId})
    select person, feature, bool_or((feature, value) in (select feature, value from wanted)) as agrees
    from host.person_index join near using (person)
    where tenant = ${orgId} and feature = any(${features})
    group by person, feature`)
  return Object.entries(Object.groupBy(rows, ({ person }) => person)).map(([person, its = []]) => {
    const which = (agrees: boolean) => its.filter((one) => one.agrees === agrees).map(({ feature }) => nameOf(feature))
    // Who has the phone has its tail.
    const agreed = which(true).filter((one, _, all) => one !== 'phoneTail' || !all.includes('phone'))
    return {
      person,
      agreed: agreed.sort(),
      disagreed: which(false)
        .filter((one) => one !== 'phoneTail')
        .sort(),
    }
  })
}

const nameOf = (feature: Feature) => feature.split('.')[0] as Trait
