/** Says of `agreementId` or `siteId` that a correction took it away: what a fold leaves out stays as it was. */
export const dropped = null
