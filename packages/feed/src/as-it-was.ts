/**
 * The bytes that the evidence commits to: canonical JSON (RFC 8785), which JSON.stringify restores from what was parsed,
 * except for keys that look like numbers, which JavaScript moves to the front.
 */
export const asItWas = (value: unknown): string => {
  const text = JSON.stringify(value)
  return numberLikeKey.test(text) ? sorted(value) : text
}

const numberLikeKey = /"\d+":/

const sorted = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, of]) => `${JSON.stringify(key)}:${sorted(of)}`).join()}}`
}
