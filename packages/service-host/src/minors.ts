import { checkCitizenId } from '@wushe/contracts/codes'
import { idNumberOf, raw, sql } from '@wushe/slice'
import type { Box, Opened } from '@wushe/vault'
import type { OpenService } from './open.ts'

type Asked = { person: string; tenant: string }
type Row = Asked & { kind: string | null; birthYearMonth: string | null; identity: Box | null }
type Identity = { birthDate?: string; idType?: 'citizen-id'; idNumber?: string }

/**
 * Those of these persons of whom nobody could say that they are minors: whoever is known by their work to be grown up,
 * and whoever was born long enough ago by all that is recorded, their birth month, birth date and citizen's number. Of
 * whom nothing is known, or who is not known here, counts as a minor. Nothing of it is shown to anybody. Of whom nothing
 * can be opened, who was erased or is restricted, nothing has to be closed.
 */
export async function grownUps(
  asked: readonly Asked[],
  today: string,
  { rows, vault, service: { records } }: Pick<OpenService, 'rows' | 'vault' | 'service'>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const persons = [...new Set(asked.map(({ person }) => person))]
  if (persons.length === 0) return found
  for (const { name, table } of records.filter((one) => ofPersons.has(one.name))) {
    const known = await rows(sql<Row>`
      select id as person, tenant, body ->> 'kind' as kind, body ->> 'birthYearMonth' as "birthYearMonth",
             sealed -> ('pii.' || id) as identity
      from ${raw(table)} where until is null and id = any(${persons})`)
    for (const [tenant, its = []] of Object.entries(Object.groupBy(known, (one) => one.tenant))) {
      const boxed = its.filter(({ identity }) => identity)
      const boxes = boxed.map(({ person, identity }) => ({ name: `pii.${person}`, box: identity! }))
      const opened = await vault.openMany(tenant, boxes)
      for (const one of its) {
        const identity = opened[boxed.indexOf(one)]
        if (identity && !('value' in identity)) found.add(one.person)
        else if (grownUpByWork(name, one) || isGrownUp(one, valueOf(identity), today)) found.add(one.person)
      }
    }
  }
  return found
}

const valueOf = (identity: Opened | undefined) => (identity && 'value' in identity ? identity.value : {}) as Identity

const ofPersons = new Set(['Subject', 'Volunteer', 'Practitioner'])

const grownUpByWork = (record: string, { kind }: Row) => record === 'Practitioner' || kind === 'teacher'

/** Each of the things that are known says so. */
export const isGrownUp = (
  { birthYearMonth }: { birthYearMonth?: string | null },
  identity: Identity,
  today: string,
): boolean => {
  const number = idNumberOf(identity as never)
  const check = number?.type === 'citizen-id' ? checkCitizenId(number.value) : undefined
  const born = [
    // Of whom only the month is known, the last day of it counts.
    birthYearMonth && `${birthYearMonth}-31`,
    identity.birthDate,
    check?.ok && check.birthDate,
  ].filter((one) => typeof one === 'string')
  return born.length > 0 && born.every((day) => `${Number(day.slice(0, 4)) + 18}${day.slice(4)}` <= today)
}
