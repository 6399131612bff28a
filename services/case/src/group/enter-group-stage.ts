import { isRefusal } from '@wushe/slice'
import { whereOf } from '../where-of.ts'
import { group, groupOn } from './group.ts'

/** Stages are not a one-way street: a group may fall back into an earlier one. */
export const enterGroupStage = group.command('enterGroupStage', {
  of: ({ path }) => path.groupId,
  decide: ({ body }, state) => {
    const running = groupOn(body.occurredOn, state)
    if (isRefusal(running)) return running
    if (running.stage === body.stage) return []
    return [{ type: 'GroupStageEntered', data: { ...body, ...whereOf(running) } }]
  },
})
