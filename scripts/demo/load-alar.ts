import { agreement, alar } from './alar.ts'
import { send } from './send.ts'

export type Target = { url: string; contractor: string; funder: string }

/** Records the Alar demonstration, or its first stations, through the public API; sending it again records nothing twice. */
export async function loadAlar({
  url,
  contractor,
  funder,
  organisations,
  stations,
  say,
}: Target & {
  stations?: number | undefined
  organisations: { contractor: string; funder: string }
  say: (line: string) => void
}): Promise<string> {
  const started = performance.now()
  say('Loading the Alar demonstration through the API …')
  const { id, chain } = agreement(organisations)
  const token = await send({ url, key: funder }, [chain])
  await meet({ url, key: contractor }, token)
  const tokens: string[] = []
  for (const { name, chains } of alar(id, { stations })) {
    const total = chains.reduce((sum, one) => sum + one.length, 0)
    let said = 0
    const sent = await send({ url, key: contractor }, chains, {
      onDone: (done) => {
        if (done < total && performance.now() - said < 1000) return
        said = performance.now()
        process.stderr.write(`\r  ${name.zh} ${name.en}: ${done}/${total}   ${done === total ? '\n' : ''}`)
      },
    })
    tokens.push(sent)
  }
  await count({ url, key: funder }, id, tokens.join(', '))
  say(`Loaded in ${Math.round((performance.now() - started) / 1000)} s.`)
  return id
}

/** Every service has learnt of the agreement once it has answered a request that carries the agreement's token. */
export async function meet({ url, key }: { url: string; key: string }, token: string) {
  for (const path of ['/v1/stations', '/v1/cases', '/v1/offers', '/v1/projects']) {
    const answer = await fetch(`${url}${path}?limit=1`, {
      headers: { authorization: `Bearer ${key}`, 'sync-token': token },
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
}

/** The figures count everything once one is answered that was asked for with all tokens. */
async function count({ url, key }: { url: string; key: string }, agreementId: string, token: string) {
  const until = Date.now() + 60_000
  for (;;) {
    const answer = await fetch(`${url}/v1/reports/coverage?agreementId=${agreementId}`, {
      headers: { authorization: `Bearer ${key}`, 'sync-token': token },
    })
    if (answer.ok) return
    const problem = (await answer.json()) as { retryable: boolean }
    if (!problem.retryable || Date.now() > until)
      throw new Error(`coverage: ${answer.status} ${JSON.stringify(problem)}`)
  }
}
