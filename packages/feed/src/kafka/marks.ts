import type { Place } from '../position.ts'

/**
 * What a relay says after the brokers have acknowledged a batch: everything up to `position` of its service's log stands
 * in the topic before `offsets`, one per partition. Who has read that far has seen all of it, though partitions keep no
 * order among each other.
 */
export type Mark = {
  position: Place
  offsets: string[]
  /** Raised each time that the relay publishes everything again, because the topic was lost or somebody asked for it. */
  edition: number
  /** Does the topic hold everything again that was published before this edition? */
  whole: boolean
}

export const toMark = (mark: Mark) => JSON.stringify(mark)

export const fromMark = (value: Buffer | null): Mark | undefined =>
  value ? (JSON.parse(value.toString()) as Mark) : undefined
