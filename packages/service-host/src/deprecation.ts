import { refuse } from '@wushe/slice'
import type { Operation } from './contract.ts'
import { Refused } from './problem.ts'

/**
 * What is on its way out says so in every answer, in the forms of RFC 9745 (Deprecation) and RFC 8594 (Sunset). After
 * its sunset it is refused.
 */
export function deprecationOf({ deprecated }: Operation, today: string): Record<string, string> {
  if (!deprecated) return {}
  const { since, sunset } = deprecated
  if (today >= sunset) throw new Refused(refuse('operation-retired', { sunset }))
  return {
    Deprecation: `@${Date.parse(since) / 1000}`,
    Sunset: new Date(sunset).toUTCString(),
    Link: '</docs/changelog>; rel="deprecation"; type="text/html"',
  }
}
