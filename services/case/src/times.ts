import { refuse, type Refusal } from '@wushe/slice'

/** What ends does not end before it begins. */
export const refuseTimes = ({ startedAt, endedAt }: { startedAt?: string; endedAt?: string }): Refusal | undefined =>
  startedAt !== undefined && endedAt !== undefined && Date.parse(endedAt) < Date.parse(startedAt)
    ? refuse('period-wrong', { from: startedAt, to: endedAt })
    : undefined
