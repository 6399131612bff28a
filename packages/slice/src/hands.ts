import type { Actor } from './aggregate.ts'
import { sql } from './sql.ts'

/** Who did a thing: the credential, and the person for whom it said to act, if it said so. */
export type Hand = Pick<Actor, 'orgId' | 'keyId' | 'person'>

/** As an event says it. */
export const handOf = ({ orgId, keyId, person }: Hand): Hand => ({
  ...{ orgId, keyId },
  ...(person !== undefined && { person }),
})

/**
 * Is it the same hand? What needs two is done by two persons or, where a client does not say for whom it acts, with two
 * credentials.
 */
export const sameHand = (one: Hand, other: Hand): boolean =>
  one.orgId === other.orgId &&
  (one.person !== undefined && other.person !== undefined ? one.person === other.person : one.keyId === other.keyId)

/** The same, of a row that names its hand in the columns tenant, key_id and person. */
export const handIs = ({ orgId, keyId, person = null }: Omit<Hand, 'person'> & { person?: string | null }) => sql`
  (tenant = ${orgId} and case when person is not null and ${person}::text is not null then person = ${person}::text
                              else key_id = ${keyId} end)`
