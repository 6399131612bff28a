import type { Actor, Hand } from '@wushe/slice'

/** As an event says it. Who the person behind a client is, is nothing for another organisation. */
export const handOf = ({ orgId, keyId, person }: Actor, ownerOrgId: string): Hand => ({
  ...{ orgId, keyId },
  ...(person !== undefined && orgId === ownerOrgId && { person }),
})

/** As a record shows it; the person stands in the history. */
export const handShown = ({ orgId, keyId }: Hand) => ({ orgId, keyId })
