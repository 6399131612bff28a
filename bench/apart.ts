import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { agreement } from '../scripts/demo/alar.ts'
import { meet } from '../scripts/demo/load-alar.ts'
import { send } from '../scripts/demo/send.ts'
import { startChild } from './child.ts'
import type { ApartProduct } from './apart-ours.ts'
import { limited, quantile, type Bench, type Line } from './measure.ts'

const perSecond = 10

/** Services apart: from the answer to a POST at case until the answer to a GET at reporting with its Sync-Token. */
export const neighbour = async (bench: Bench): Promise<Line[]> => {
  const { hello } = await startChild<ApartProduct>(bench, 'apart-ours', { dir: join(bench.dir, 'apart') })
  const { url, keys, organisations } = hello
  const { id: agreementId, chain } = agreement(organisations)
  const agreed = await send({ url, key: keys.funder }, [chain])
  await meet({ url, key: keys.contractor }, agreed)

  const size = bench.quick ? 40 : 200
  const took: number[] = []
  const start = performance.now()
  const warmUp = 20
  await Promise.all(
    Array.from({ length: warmUp + size }, async (_, at) => {
      await pause(Math.max(0, start + (at * 1000) / perSecond - performance.now()))
      const token = await plan(url, keys.contractor, agreementId)
      const answered = performance.now()
      // What a key may see is looked up anew for who has seen the agreement.
      await report(url, keys.funder, agreementId, `${agreed}, ${token}`)
      if (at >= warmUp) took.push(performance.now() - answered)
    }),
  )
  const each = (share: number) => [quantile(took, share)]
  bench.say(`apart: ${each(0.5)[0]!.toFixed(1)} ms, p99 ${each(0.99)[0]!.toFixed(1)} ms`)
  return [
    limited(`apart: answer to a POST → known to a neighbour, ${perSecond}/s, p50`, 'ms', each(0.5), 25),
    limited('  p95', 'ms', each(0.95), null),
    limited('  p99', 'ms', each(0.99), null),
  ]
}

const plan = async (url: string, key: string, agreementId: string) => {
  const response = await fetch(`${url}/v1/activities`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({
      kind: 'lecture',
      title: '防溺水讲座',
      plannedOccurrences: 1,
      occurredOn: '2023-05-01',
      agreementId,
    }),
  })
  const answer = await response.text()
  if (response.status !== 201) throw new Error(answer)
  return response.headers.get('sync-token')!
}

/** Answered only when everything up to the token is counted, or with 503 when that takes too long. */
const report = async (url: string, key: string, agreementId: string, token: string) => {
  const response = await fetch(`${url}/v1/reports/service-statistics?agreementId=${agreementId}`, {
    headers: { authorization: `Bearer ${key}`, 'sync-token': token },
  })
  const answer = await response.text()
  if (response.status !== 200) throw new Error(answer)
}
