import type { ProblemCode, ProblemParams } from '@wushe/contracts'

/** A rule said no. Every code is listed, with its HTTP status and sentences, in contracts/problems.yaml. */
export type Refusal = { refused: ProblemCode; params?: Record<string, string | number> }

/**
 * Sections of an event that are stored encrypted: `pii.<person id>` and `note.<person id>` under that person's key,
 * a name without a dot under the organisation's.
 */
export type Sealed = { [section: string]: unknown }

/** What happened, or why nothing may. An empty list means that it is so already. */
export type Decision<Event> = readonly (Event & { sealed?: Sealed | undefined })[] | Refusal

/** `refuse('case-not-open', { status })`. */
export const refuse = <Code extends ProblemCode>(
  refused: Code,
  ...[params]: ProblemParams[Code] extends undefined ? [] : [ProblemParams[Code]]
): Refusal => (params ? { refused, params: { ...(params as Record<string, string | number>) } } : { refused })

export const isRefusal = (decision: object): decision is Refusal => 'refused' in decision
