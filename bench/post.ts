import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startChild } from './child.ts'
import { openLog } from './databases.ts'
import type { Load, Loaded } from './load.ts'
import { compared, limited, type Line, type Measure } from './measure.ts'
import type { Bare } from './post-bare.ts'
import type { Ours } from './post-ours.ts'
import { processorTime } from './processes.ts'
import { interleaved, type Contender } from './rounds.ts'

export const connections = 32
/** As many as each service of ours has. */
const pool = 4

/** The whole way of a request, from the first byte to the answer that it is recorded. */
export const wholePost: Measure = {
  id: 'H1',
  limit: 150,
  take: async (bench): Promise<Line[]> => {
    const { pid, url } = bench.postgres
    const log = await openLog(bench)
    const ours = await startChild<Ours>(bench, 'post-ours', {
      dir: join(bench.dir, 'ours'),
      postgres: { pid, url: url() },
    })
    const bare = await startChild<Bare>(bench, 'post-bare', { url: log.url, connections: pool })
    const load = await startChild(bench, 'load', {})

    const turns = { ours: [] as Turn[], token: [] as Turn[], bare: [] as Turn[] }
    const token = await tokenOf(ours.hello)
    const post =
      (to: keyof typeof turns, url: string, pid: number, secret = ours.hello.keys.contractor): Contender =>
      async (ms) => {
        const headers = { Authorization: `Bearer ${secret}`, 'If-Match': '*' }
        const asked: Load = { url, headers, steps: stepsOf(ours.hello.agreementId), connections, ms }
        const before = processorTime([pid])
        const loaded = await load.ask<Loaded>(asked)
        turns[to].push({ ...loaded, processor: (processorTime([pid]) - before) / loaded.count })
        return loaded
      }
    const perRound = 2
    const rounds = await interleaved(
      {
        ours: post('ours', ours.hello.url, ours.pid),
        'ours, by token': post('token', ours.hello.url, ours.pid, token),
        'bare Express': post('bare', bare.hello.url, bare.pid),
      },
      { ...bench, roundMs: bench.roundMs * 3 },
      { turns: perRound },
    )
    const each = (whose: keyof typeof turns, what: keyof Turn) => turns[whose].slice(perRound).map((turn) => turn[what])
    return [
      ...compared(`whole POST, ${connections} connections`, 'requests/s', rounds, 'ours', { 'bare Express': 0.6 }),
      ...compared('  the same with a signed token', 'requests/s', rounds, 'ours, by token', { 'bare Express': 0.55 }),
      limited('  answered after, p50', 'ms', each('ours', 'p50'), null),
      limited('  answered after, p99', 'ms', each('ours', 'p99'), null),
      limited('  processor time of ours for one, read models included', 'ms', each('ours', 'processor'), null),
      limited('  processor time of bare Express for one', 'ms', each('bare', 'processor'), null),
    ]
  },
}

/** Signed by the product for a client of the contractor; it lives for longer than the measure takes. */
async function tokenOf({ url, keys }: Ours): Promise<string> {
  const as = { Authorization: `Bearer ${keys.contractor}`, 'Content-Type': 'application/json' }
  const me = (await (await fetch(`${url}/v1/me`, { headers: as })).json()) as { data: { organisation: { id: string } } }
  const { data } = (await (
    await fetch(`${url}/v1/organisations/${me.data.organisation.id}/clients`, {
      method: 'POST',
      headers: { ...as, 'Idempotency-Key': 'client of the bench', 'If-Match': '*' },
      body: JSON.stringify({ label: 'bench', method: 'client_secret_basic' }),
    })
  ).json()) as { data: { id: string; secret: string } }
  const headers = { Authorization: `Basic ${Buffer.from(`${data.id}:${data.secret}`).toString('base64')}` }
  for (let tries = 0; ; tries++) {
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const answer = await fetch(`${url}/oauth/token`, { method: 'POST', headers, body })
    if (answer.ok) return ((await answer.json()) as { access_token: string }).access_token
    if (tries > 100) throw new Error(`No token: ${answer.status} ${await answer.text()}`)
    await pause(50) // The client is known everywhere in a moment.
  }
}

type Turn = Loaded & { processor: number }

/** Half of them begin a stream, the other half load one and go on with it. */
export const stepsOf = (agreementId: string): Load['steps'] => {
  const occurredOn = '2023-05-01'
  const activity = { kind: 'lecture', title: '防溺水讲座', plannedOccurrences: 1, occurredOn, agreementId }
  const evaluation = { satisfaction: 5, responses: 20, occurredOn }
  return [
    { path: '/v1/activities', body: JSON.stringify(activity), status: 201 },
    { path: '/v1/activities/{id}/evaluation', body: JSON.stringify(evaluation), status: 200 },
  ]
}
