import { refuse } from '@wushe/slice'
import { serviceAt } from './contract.ts'
import { toProblem, type Language } from './problem.ts'
import { readSyncToken, writeSyncToken } from './sync-token.ts'

export type Batch = { requests: { path: string; idempotencyKey: string; ifMatch?: string; body: object }[] }

/**
 * Carries out the requests one after the other, each as if it had come alone, and each knowing what the ones before it
 * recorded. They are sent as anybody would send them, as some may belong to a service that runs elsewhere.
 */
export async function carryOut(
  { requests }: Batch,
  {
    apiUrl,
    headers,
    syncToken,
    language,
    requestId,
  }: {
    /** Where a service is reached. */
    apiUrl: (service: string) => string
    /** Who asks. */
    headers: Record<string, string>
    syncToken: string | undefined
    language: Language
    requestId: string
  },
) {
  const known = readSyncToken(syncToken)
  const tokens = () => [...known].map(([service, position]) => writeSyncToken(service, position)).join(', ')
  const learn = (token: string | null) => {
    for (const [service, position] of readSyncToken(token ?? undefined))
      if ((known.get(service) ?? '') < position) known.set(service, position)
  }
  const data: object[] = []
  for (const { path, idempotencyKey, ifMatch, body } of requests) {
    const answer = await fetch(apiUrl(serviceAt(path) ?? 'access') + path, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
        'accept-language': language === 'zh' ? 'zh-CN' : 'en',
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...(known.size > 0 && { 'sync-token': tokens() }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    })
      .then(async (response) => ({ response, body: await response.json() }))
      .catch(() => undefined)
    if (!answer) {
      data.push({ status: 503, idempotencyKey, body: toProblem(refuse('unavailable'), language, requestId) })
      continue
    }
    const { response } = answer
    learn(response.headers.get('sync-token'))
    data.push({
      status: response.status,
      idempotencyKey,
      ...given('etag', response.headers.get('etag')),
      ...given('location', response.headers.get('location')),
      ...(response.headers.has('idempotent-replayed') && { replayed: true }),
      body: answer.body,
    })
  }
  return { data, syncToken: tokens() }
}

const given = (name: string, value: string | null) => (value === null ? {} : { [name]: value })
