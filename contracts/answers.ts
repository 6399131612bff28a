import type { Document } from './conventions/document.ts'

/** Shows with each answer of success one that the product gave when a test carried out the examples. */
export function withAnswers(document: Document, answers: Record<string, unknown>): Document {
  const responses = structuredClone(document.components['responses']!)
  for (const { operationId, responses: declared } of Object.values(document.paths).flatMap(Object.values)) {
    const answer = answers[operationId]
    const success = Object.entries<{ $ref?: string }>(declared).find(([status]) => /^20[01]$/.test(status))?.[1]
    const json = responses[success?.$ref?.split('/').at(-1) ?? '']?.['content'] as Content | undefined
    if (answer !== undefined && json?.['application/json']) json['application/json'].example ??= answer
  }
  return { ...document, components: { ...document.components, responses } }
}

type Content = { 'application/json'?: { example?: unknown } }
