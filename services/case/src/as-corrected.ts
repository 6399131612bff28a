type Correction = { reason: string; agreementId?: string; siteId?: string }

/**
 * The whole fact that a correction puts in place of the earlier one. Where it names no agreement or no station any
 * longer, it says null, because what a record's fold leaves out stays as it was.
 */
export const asCorrected = <Data extends Correction>({ reason: _, ...fact }: Data): Omit<Data, 'reason'> => ({
  ...fact,
  ...({ agreementId: fact.agreementId ?? null, siteId: fact.siteId ?? null } as object),
})
