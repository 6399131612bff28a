import type { Recorded } from '@wushe/event-store'
import type { Recorded as SliceEvent } from '@wushe/slice'

export type { SliceEvent }

/** An event as the slices see it; one from an inbox also says when it was learnt. */
export const toSliceEvent = (recorded: Recorded & { learntAt?: string }): SliceEvent => {
  const { id, type, stream, revision, position, at, data, meta, sealed, learntAt } = recorded
  return {
    ...{ id, type, data, position, at },
    streamId: stream.slice(stream.indexOf('-') + 1),
    revision: Number(revision),
    meta: meta as SliceEvent['meta'],
    ...(sealed ? { sealed: sealed as NonNullable<SliceEvent['sealed']> } : {}),
    ...(learntAt && { learntAt }),
  }
}
