/**
 * Every property says of which class it is (policy.yaml). A value that cannot name anybody, because it is a number, a
 * day, a code or an id, is internal unless it says otherwise; a free text has to say; what has parts is of the strictest
 * class among them. What a `$ref` leads to says it there.
 */
export function classified(schemas: Record<string, any>): Record<string, any> {
  const written = (node: any): any => {
    if (typeof node !== 'object' || node === null || node.$ref) return node
    const parts = {
      ...(node.properties && { properties: mapped(node.properties, written) }),
      ...(node.allOf && { allOf: node.allOf.map(written) }),
      ...(node.items && { items: written(node.items) }),
      ...(typeof node.additionalProperties === 'object' && {
        additionalProperties: written(node.additionalProperties),
      }),
    }
    const own = node['x-classification'] ?? (Object.keys(parts).length > 0 ? strictest(parts) : classByKind(node))
    return { ...node, ...parts, ...(own && { 'x-classification': own }) }
  }
  const strictest = (node: any, seen: readonly string[] = []): string | undefined => {
    if (node.$ref) {
      const name = node.$ref.split('/').at(-1)
      return seen.includes(name) ? undefined : strictest(schemas[name], [...seen, name])
    }
    const parts = [...Object.values(node.properties ?? {}), ...(node.allOf ?? []), ...(node.items ? [node.items] : [])]
    const found = [
      node['x-classification'] ?? (parts.length === 0 ? classByKind(node) : undefined),
      ...parts.map((one) => strictest(one, seen)),
    ]
    return classes.findLast((one) => found.includes(one))
  }
  return mapped(schemas, written)
}

/** From what everybody may know to what is nobody else's business. */
const classes = ['public', 'internal', 'pii.direct', 'pii.sensitive']

const classByKind = ({ type, enum: values, const: value, pattern, format, 'x-extensible-enum': open }: any) =>
  type !== 'string' || values || value !== undefined || pattern || format || open ? 'internal' : undefined

const mapped = (object: Record<string, any>, by: (value: any) => unknown) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, by(value)]))
