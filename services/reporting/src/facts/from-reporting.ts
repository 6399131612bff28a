import type { Following } from '@wushe/slice'
import { factsFrom } from './fact.ts'

/** The agreement with its counting rules, and the divisions that stations are to cover. */
export const fromReporting: Following['reporting'] = {
  AgreementActivated: (event) => {
    const { streamId, data } = event
    const { from, to, divisions, countingRules } = data
    const fact = {
      record: streamId,
      agreementId: streamId,
      occurredOn: from,
      valid: { from, to },
      quantity: 1,
    }
    return agreements.add(event, [
      { ...fact, fact: streamId, kind: 'agreement', subject: streamId, dims: countingRules },
      ...[...new Set(divisions)].map((code) => ({
        ...fact,
        fact: `${streamId}:${code}`,
        kind: 'division' as const,
        subject: code,
        dims: { level: levels[code.length] },
      })),
    ])
  },
}

const agreements = factsFrom('reporting', 'agreement')

/** By the digits of its code. */
const levels: Record<number, string> = { 6: 'county', 9: 'township', 12: 'community' }
