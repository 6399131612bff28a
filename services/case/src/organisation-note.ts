import type { Sealed } from '@wushe/slice'

/** Free text about no single person lies under the organisation's own key. */
export const organisationNote = (note: string | undefined): Sealed | undefined =>
  note === undefined ? undefined : { note }
