type Where = { agreementId?: string; siteId?: string }

/** Under which agreement and at which station: said once, and repeated in whatever happens to the thing later. */
export const whereOf = ({ facts: { agreementId, siteId } }: { facts: Where }): Where => ({ agreementId, siteId })
