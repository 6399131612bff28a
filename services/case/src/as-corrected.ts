type Correction = { reason: string; agreementId?: string; siteId?: string }

/**
 * The whole fact that a correction puts in place of the earlier one. Where it names no agreement or no station any
 * longer, it says null, because what a record's fold leaves out stays as it was.
 */
export const asCorrected = <Data extends Correction>({ reason: _, ...fact }: Data) => {
  const { agreementId = null, siteId = null } = fact as Partial<Correction>
  return { ...fact, agreementId, siteId }
}
