// The document as these conventions see it.
export type Operation = {
  operationId?: string
  parameters?: unknown[]
  requestBody?: { content: Record<string, { schema: { $ref: string }; example?: unknown }> }
  responses: Record<string, unknown>
  'x-roles'?: string[]
  'x-scopes'?: string[]
  [key: string]: unknown
}

export type Document = {
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, Record<string, unknown>>>
  tags?: unknown[]
  [key: string]: unknown
}

export type Named = { name: string; document: Document }

export const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })

export const json = (schema: unknown) => ({ content: { 'application/json': { schema } } })

export const idPattern = (prefix: string) => `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`
