import { aggregate } from '@wushe/slice'

/** Milliseconds since 1970, the end not included: what ends at noon does not overlap what begins at noon. */
export type Interval = { from: number; to: number }
export type HoursEntry = Interval & {
  id: string
  occurredOn: string
  agreementId?: string
  siteId?: string
} & ({ status: 'pending' | 'rejected' | 'voided' } | { status: 'confirmed'; minutes: number })

/** In the order of recording. A list, because thousands of entries are quickly copied in one but not in an object. */
export type Hours = readonly HoursEntry[]

/**
 * All hours of one volunteer, whatever the year: only one stream can promise that no two entries overlap
 * (docs/adr/0009-hours-per-volunteer.md). Its name is the volunteer's id.
 */
export const hours = aggregate('hours', {
  initial: [] as Hours,
  attached: true,
  evolve: (entries, event): Hours => {
    const { entryId: id } = event.data
    if (event.type === 'HoursRecorded') {
      const { startedAt, endedAt, occurredOn, agreementId, siteId } = event.data
      const interval = { from: Date.parse(startedAt), to: Date.parse(endedAt) }
      return [...entries, { id, status: 'pending', ...interval, occurredOn, agreementId, siteId }]
    }
    const at = entries.findLastIndex((one) => one.id === id)
    const entry = entries[at]
    if (!entry) return entries
    switch (event.type) {
      case 'HoursConfirmed':
        return entries.with(at, { ...entry, status: 'confirmed', minutes: event.data.minutes })
      case 'HoursRejected':
        return entries.with(at, { ...entry, status: 'rejected' })
      case 'HoursVoided':
        return entries.with(at, { ...entry, status: 'voided' })
    }
  },
})

export const entryOf = (entries: Hours, id: string) => entries.find((entry) => entry.id === id)

/** A living entry with which the interval shares time. What was rejected or voided takes none. */
export const overlapping = (entries: Hours, { from, to }: Interval) =>
  entries.find((one) => (one.status === 'pending' || one.status === 'confirmed') && one.from < to && from < one.to)
