import type { components } from './contract.ts'
import type { Send } from './sending.ts'

export type ChangesAsked = {
  /** The token of the last batch that you dealt with; without it, everything from the beginning. */
  since?: string | undefined
  /** Kinds of records, `['case', 'caseSession']`; all of them unless said. */
  types?: readonly string[]
  /** How many in a batch at most. */
  limit?: number
  signal?: AbortSignal | undefined
}
/** `op` is an open list: `upsert`, `withdrawn`, `merged`, `erased`, `outOfScope`. Drop what is no longer for you. */
export type Change = components['schemas']['Change']
export type ChangeBatch = {
  changes: Change[]
  /** Never expires. A batch whose token was not kept comes again. */
  token: string
}

type Page = components['schemas']['ChangeBatch']

export async function* changesOf(
  baseUrl: string,
  send: Send,
  { since, types, limit, signal }: ChangesAsked = {},
): AsyncGenerator<ChangeBatch, void> {
  const first = new URL(`${baseUrl}/v1/changes`)
  if (since !== undefined) first.searchParams.set('since', since)
  if (types?.length) first.searchParams.set('types', types.join(','))
  if (limit !== undefined) first.searchParams.set('limit', String(limit))
  for (let url: URL | undefined = first; url;) {
    const answer = await send({ method: 'GET', url: url.href, headers: new Headers(), signal })
    const page = (await answer.json()) as Page
    const link = page.nextLink ?? page.deltaLink
    const token = link && new URL(link, url).searchParams.get('since')
    if (!token) throw new TypeError('The answer of /v1/changes has neither nextLink nor deltaLink.')
    if (page.data.length > 0 || !page.nextLink) yield { changes: page.data, token }
    // Only its query is taken over: the link names the host as the API sees itself.
    url = page.nextLink ? Object.assign(new URL(first), { search: new URL(page.nextLink, url).search }) : undefined
  }
}
