import { isProblem } from './errors.ts'
import type { Send } from './sending.ts'

/** Sends with every request what was seen so far of each service, so that no answer falls behind an earlier one. */
export const withSyncToken = (next: Send): Send => {
  const newest = new Map<string, string>()

  /** `case=pg:00…;sn=5000000, reporting=…`: one token per service, the newest by `sn`. */
  const learn = (header: string | null | undefined) => {
    for (const token of header?.split(',') ?? []) {
      const service = token.split('=', 1)[0]!.trim()
      const known = newest.get(service)
      if (service && (known === undefined || numberOf(token) >= numberOf(known))) newest.set(service, token.trim())
    }
  }

  return async (ask) => {
    learn(ask.headers.get('sync-token'))
    const send = async () => {
      const headers = new Headers(ask.headers)
      if (newest.size > 0) headers.set('sync-token', [...newest.values()].join(', '))
      const response = await next({ ...ask, headers })
      learn(response.headers.get('sync-token'))
      return response
    }
    try {
      return await send()
    } catch (error) {
      // The logs were restored or moved; what we saw before is no measure any more.
      if (!isProblem(error, 'sync-token-invalid') || ask.headers.has('sync-token')) throw error
      newest.clear()
      return send()
    }
  }
}

const numberOf = (token: string) => BigInt(/;sn=(\d+)/.exec(token)?.[1] ?? 0)
