import type { components, ProblemCode, ProblemParams } from './contract.ts'

/** What every failure of this package is. Whatever is thrown that is none is a fault of the program. */
export class WusheError extends Error {
  override name = 'WusheError'
  /** The same request, with the same idempotency key, may succeed later. It has been tried already for a while. */
  readonly retryable: boolean
  /** Seconds to wait at least, if the API said so. */
  readonly retryAfter: number | undefined
  /** Of the POST or PATCH that failed: who sends it again with this key records it once, whatever happened. */
  idempotencyKey: string | undefined

  constructor(message: string, how: { retryable?: boolean; retryAfter?: number | undefined; cause?: unknown } = {}) {
    super(message, 'cause' in how ? { cause: how.cause } : undefined)
    this.retryable = how.retryable ?? false
    this.retryAfter = how.retryAfter
  }
}

type ProblemBody = components['schemas']['Problem']

/** The API said no, and why: RFC 9457. Decide by `code`, and keep a default branch: later versions know more codes. */
export class WusheProblem<Code extends ProblemCode = ProblemCode> extends WusheError {
  override name = 'WusheProblem'
  readonly code: Code
  readonly status: number
  /** What the sentences speak of, as values. */
  readonly params: ProblemParams[Code]
  /** Every violation of the contract with its place. */
  readonly errors: NonNullable<ProblemBody['errors']>
  /** With `version-conflict`: what others changed since you read it, and what of that you would change too. */
  readonly conflict: ProblemBody['conflict']
  readonly title: string
  readonly detail: string | undefined
  /** What to do next, in words. */
  readonly remedy: ProblemBody['remedy']
  /** Name it when you ask us. */
  readonly requestId: string
  readonly headers: Headers

  constructor(body: ProblemBody, headers: Headers) {
    const { code, title, detail, status, params, errors = [], conflict, remedy, requestId, retryable } = body
    const places = errors.map(({ pointer, detail }) => `; ${pointer} ${detail}`).join('')
    const mayPass = retryable || status === 429 || status === 503
    super(`${code}: ${detail ?? title}${places} (${requestId})`, { retryable: mayPass, retryAfter: secondsOf(headers) })
    this.code = code as Code
    this.status = status
    this.params = params as ProblemParams[Code]
    this.errors = errors
    this.conflict = conflict
    this.title = title
    this.detail = detail
    this.remedy = remedy
    this.requestId = requestId
    this.headers = headers
  }
}

/** There was no answer, or one that does not come from the API, such as the page of a proxy. */
export class WusheNoAnswer extends WusheError {
  override name = 'WusheNoAnswer'
  /** Of the foreign answer. */
  readonly status: number | undefined

  constructor(message: string, how: { status?: number; headers?: Headers; cause?: unknown } = {}) {
    const { status, headers, cause } = how
    super(message, {
      retryable: status === undefined || status < 400 || status === 429 || status >= 500,
      retryAfter: headers && secondsOf(headers),
      cause,
    })
    this.status = status
  }
}

/** The token endpoint gave no token: RFC 6749, section 5.2. */
export class WusheTokenRefused extends WusheError {
  override name = 'WusheTokenRefused'
  /** `invalid_client`, `invalid_scope` …; `invalid_issuer` where the issuer's metadata is not its own. */
  readonly error: string

  constructor(error: string, description: string | undefined) {
    super(description ? `${error}: ${description}` : error)
    this.error = error
  }
}

type ProblemOf<Code extends ProblemCode> = Code extends ProblemCode ? WusheProblem<Code> : never

/** Is this one of these refusals? `isProblem(error, 'version-conflict') && error.params.currentVersion` */
export const isProblem = <Code extends ProblemCode = ProblemCode>(
  error: unknown,
  ...codes: Code[]
): error is ProblemOf<Code> =>
  error instanceof WusheProblem && (codes.length === 0 || (codes as string[]).includes(error.code))

/** What an answer that is no success says. */
export const failureOf = async (response: Response): Promise<WusheError> => {
  const text = await response.text().catch(() => '')
  const body = parsed(text)
  if (typeof body?.code === 'string') return new WusheProblem(body, response.headers)
  if (typeof body?.error === 'string') return new WusheTokenRefused(body.error, body.error_description)
  return new WusheNoAnswer(
    `An answer ${response.status} that does not come from Wushe: ${text.slice(0, 100)}`,
    response,
  )
}

export const parsed = (text: string) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Retry-After is a number of seconds or a date. */
const secondsOf = (headers: Headers): number | undefined => {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  const seconds = /^\s*\d+\s*$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
