import { isRefusal } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { caseFile, caseTaking } from './case-file.ts'

export const recordConsent = caseFile.command('recordConsent', {
  of: ({ path }) => path.caseId,
  decide: ({ body }, state) => {
    const running = caseTaking('ConsentGiven', state)
    if (isRefusal(running)) return running
    const data = { ...body, ...whereOf(running) }
    if (running.consents.some((consent) => sameFact(consent, data))) return []
    return [{ type: 'ConsentGiven', data }]
  },
})
