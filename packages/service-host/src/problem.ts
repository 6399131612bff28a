import type { Refusal } from '@wushe/slice'
import { problems } from './contract.ts'

export type Language = 'zh' | 'en'

export type RefusalInFull = Refusal & {
  /** Each violation of the contract. */
  errors?: object[]
  /** What else the problem says, beside its sentences. */
  more?: (language: Language) => object
}

/** A refusal on its way out of the host's own code. */
export class Refused extends Error {
  override name = 'Refused'
  readonly refusal: RefusalInFull
  constructor(refusal: RefusalInFull) {
    super(problems[refusal.refused]?.title.en ?? refusal.refused)
    this.refusal = refusal
  }
}

/** RFC 9457 problem details. The one place where a refusal becomes an answer. */
export function toProblem({ refused, params, errors, more }: RefusalInFull, language: Language, requestId: string) {
  const { status, title, detail, remedy, retryable = false } = problems[refused] ?? problems['internal-error']!
  const say = (sentence: { zh: string; en: string } | undefined) =>
    sentence?.[language].replace(/{(\w+)}/g, (_, name) => String(params?.[name] ?? ''))
  return {
    // Relative, and so the address of its page on the host that refused.
    type: `/docs/errors/${refused}`,
    code: refused,
    title: say(title)!,
    ...(detail && { detail: say(detail) }),
    status,
    requestId,
    retryable,
    ...(params && { params }),
    ...(errors && { errors }),
    ...more?.(language),
    ...(remedy && { remedy: say(remedy) }),
  }
}
