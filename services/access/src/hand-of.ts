import { handOf as whole, type Actor, type Hand } from '@wushe/slice'

/** As an event says it. Who the person behind a client is, is nothing for another organisation. */
export const handOf = (actor: Actor, ownerOrgId: string): Hand =>
  actor.orgId === ownerOrgId ? whole(actor) : handShown(actor)

/** As a record shows it; the person stands in the history. */
export const handShown = ({ orgId, keyId }: Hand) => ({ orgId, keyId })
