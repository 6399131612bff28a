import { raw, refuse, sql, type Need, type Refusal } from '@wushe/slice'

type Person = { status: string } | undefined

/** Facts about an erased person are still recorded, but nothing can be written under a key that is gone. */
export const refuseNote = (
  note: string | undefined,
  subjectId: string | undefined,
  person: Person,
): Refusal | undefined =>
  note !== undefined && subjectId !== undefined && person?.status === 'erased'
    ? refuse('person-erased', { id: subjectId })
    : undefined

/**
 * The person whom a case or a concern is about, as the read models know it; asked only when there is a note. They may
 * lag by a moment: the vault, which seals nothing for an erased person, has the last word.
 */
export const personBehind = <In extends { body: { note?: string } }>(
  table: 'cases.case_file' | 'cases.concern',
  id: (input: In) => string,
): Need<In, Person> => ({
  of: (input) =>
    input.body.note === undefined
      ? undefined
      : {
          row: sql`
            select person.status from ${raw(table)} as about
            join cases.subject as person on person.id = about.body ->> 'subjectId' and person.until is null
            where about.id = ${id(input)} and about.until is null`,
        },
})
