import { WusheError } from './errors.ts'

/** Sent by somebody else, changed on its way, or too old. Answer 400 and do nothing. */
export class WebhookRefused extends WusheError {
  override name = 'WebhookRefused'
}

export type WebhookHeaders = Headers | Record<string, string | readonly string[] | undefined>
export type WebhookOptions = {
  /** In seconds, how far its time may lie from now; 300 unless said. */
  tolerance?: number
  /** In ms of the epoch; for tests. */
  now?: number
}

/**
 * The body of a webhook that Wushe sent (Standard Webhooks, `v1`), or a WebhookRefused. Give the body as it came, as
 * text or bytes: parsed and written again it is another one. While a secret is rotated give both. What comes twice has
 * the same `webhook-id`.
 */
export const verifyWebhook = async <Body = unknown>(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { tolerance = 300, now = Date.now() }: WebhookOptions = {},
): Promise<Body> => {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(headers, name),
  )
  if (!id || !timestamp || !signatures) throw new WebhookRefused('A webhook- header is missing.')
  // A text that is no number is far from any time.
  if (!/^\d+$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > tolerance)
    throw new WebhookRefused('The time of the webhook is too far from now.')
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const signed = joined(`${id}.${timestamp}.`, body)
  for (const one of typeof secret === 'string' ? [secret] : secret) {
    const bytes = bytesOf(one.replace(/^whsec_/, ''))
    if (bytes.length === 0) throw new TypeError('A secret is whsec_ and base64.')
    const key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['verify'])
    for (const signature of signatures.split(' '))
      // Compares in constant time.
      if (signature.startsWith('v1,') && (await crypto.subtle.verify('HMAC', key, bytesOf(signature.slice(3)), signed)))
        return JSON.parse(text) as Body
  }
  throw new WebhookRefused('No signature of the webhook fits.')
}

const hmac = { name: 'HMAC', hash: 'SHA-256' }

const headerOf = (headers: WebhookHeaders, name: string) => {
  if (headers instanceof Headers) return headers.get(name)
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? []
  return typeof value === 'string' ? value : value?.[0]
}

const joined = (prefix: string, body: string | Uint8Array) => {
  const [first, second] = [prefix, body].map((part) =>
    typeof part === 'string' ? new TextEncoder().encode(part) : part,
  )
  const bytes = new Uint8Array(first!.length + second!.length)
  bytes.set(first!)
  bytes.set(second!, first!.length)
  return bytes
}

/** What is no base64 has no bytes, and fits nothing. */
const bytesOf = (base64: string) => {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}
