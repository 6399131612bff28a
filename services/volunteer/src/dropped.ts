/**
 * Says of `agreementId` or `siteId` that a correction took it away: what a fold leaves out stays as it was. The type of
 * a record's body does not know of it yet.
 */
export const dropped = null as unknown as undefined
