import { isRefusal } from '@wushe/slice'
import { whereOf } from '../where-of.ts'
import { caseFile, caseTaking } from './case-file.ts'

export const assignWorker = caseFile.command('assignWorker', {
  of: ({ path }) => path.caseId,
  decide: ({ body }, state) => {
    const running = caseTaking('WorkerAssigned', state)
    if (isRefusal(running)) return running
    if (running.workerId === body.practitionerId) return []
    return [{ type: 'WorkerAssigned', data: { ...body, ...whereOf(running) } }]
  },
})
