export type Language = 'zh' | 'en'
export type Text = { zh: string; en: string }

/** What the host serves and the pages are made from. */
export type Contract = {
  openapi: {
    info: { version: string }
    paths: Record<string, Record<string, Operation>>
  }
  problems: Record<string, Problem>
  /** Operations by the code that they alone answer with; of other codes only the status is known. */
  refusals: Record<string, string[]>
  events: EventEntry[]
  /** The answer to a refusal, made as the host makes it. */
  answerTo(
    refusal: { refused: string; params?: Record<string, unknown> },
    language: Language,
    requestId: string,
  ): object
}

export type Operation = { operationId: string; summary?: string; tags: string[]; responses: object }

export type Problem = {
  status: number
  params?: string[]
  title: Text
  detail?: Text
  remedy?: Text
  retryable?: boolean
}

export type EventEntry = {
  service: string
  type: string
  schema: number
  category: string
  title: Text
  json: {
    description?: string
    'x-zh'?: string
    properties?: Record<string, Property>
    required?: string[]
    examples?: unknown[]
  }
}

export type Property = {
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  description?: string
  items?: Property
  $ref?: string
}
