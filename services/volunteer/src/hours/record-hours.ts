import { refuse, stateOf, type Moment } from '@wushe/slice'
import { isActive, notActive, volunteer } from '../volunteer/volunteer.ts'
import { entryOf, hours, overlapping } from './hours.ts'

const maxHours = 24

export const recordHours = hours.command('recordHours', {
  of: ({ path }) => path.volunteerId,
  record: entryIdOf,
  needs: { volunteer: stateOf(volunteer, ({ path }) => path.volunteerId) },
  decide: (input, entries, moment, known) => {
    const { startedAt, endedAt, method, manualReason, activityId, content, agreementId, siteId } = input.body
    const entryId = entryIdOf(input, moment)
    if (known.volunteer.status === 'none') return refuse('not-found')
    if (!isActive(known.volunteer)) return notActive(known.volunteer)
    if (method === 'manual' && !manualReason) return refuse('hours-manual-needs-reason')

    const [from, to] = [Date.parse(startedAt), Date.parse(endedAt)]
    // Written so that a time that cannot be read, like the 61st second of a minute, is refused too.
    const fits = from < to && to - from <= maxHours * 3_600_000 && to <= Date.parse(moment.now)
    if (!fits) return refuse('hours-interval-wrong', { maxHours })
    const occurredOn = dayInShanghai(from)
    if (input.body.occurredOn !== undefined && input.body.occurredOn !== occurredOn)
      return refuse('hours-interval-wrong', { maxHours })

    if (entryOf(entries, entryId)) return []
    const other = overlapping(entries, { from, to })
    if (other) return refuse('hours-overlap', { id: other.id })
    return [
      {
        type: 'HoursRecorded',
        data: {
          entryId,
          startedAt,
          endedAt,
          method,
          manualReason,
          activityId,
          content,
          occurredOn,
          agreementId,
          siteId,
        },
      },
    ]
  },
})

function entryIdOf({ body }: { body: { id?: string } }, { newId }: Moment) {
  return body.id ?? newId('hrs')
}

/** Asia/Shanghai has no summer time. */
const dayInShanghai = (instant: number) => new Date(instant + 8 * 3_600_000).toISOString().slice(0, 10)
