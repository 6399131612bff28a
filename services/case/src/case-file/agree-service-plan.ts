import { isRefusal, sealedNote } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { caseFile, caseTaking, whoseCase } from './case-file.ts'

export const agreeServicePlan = caseFile.command('agreeServicePlan', {
  of: ({ path }) => path.caseId,
  needs: whoseCase,
  decide: ({ body: { note, ...plan } }, state, _, { person }) => {
    const running = caseTaking('ServicePlanAgreed', state, { note, person })
    if (isRefusal(running)) return running

    const data = { ...plan, ...whereOf(running) }
    if (note === undefined && sameFact(running.plan, data)) return []
    return [{ type: 'ServicePlanAgreed', data, sealed: sealedNote(note, running.facts.subjectId) }]
  },
})
