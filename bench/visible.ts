import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startChild } from './child.ts'
import { checkCitizenId } from '@wushe/contracts/codes'
import { limited, quantile, type Line, type Measure } from './measure.ts'
import type { Ours, Watch } from './post-ours.ts'

const perSecond = 40

/** From the answer to a POST until the answer to a GET, sent at once with its Sync-Token, whose figure counts it. */
export const visible: Measure = {
  id: 'P2',
  limit: 200,
  take: async (bench): Promise<Line[]> => {
    const { pid, url } = bench.postgres
    const ours = await startChild<Ours>(bench, 'post-ours', {
      dir: join(bench.dir, 'ours'),
      postgres: { pid, url: url() },
    })
    const api = apiOf(ours.hello)
    const size = bench.quick ? 40 : 200
    const rounds: Took[] = []
    for (let round = 0; round <= bench.rounds; round++) {
      const volunteers = await Promise.all(Array.from({ length: size * (round === 0 ? 3 : 2) }, () => api.register()))
      await pause(500)
      const seen = await trickle(api, volunteers.slice(size))
      await ours.ask({ watch: true } satisfies Watch)
      await trickle(api, volunteers.slice(0, size))
      const took: Took = { ...seen, inside: await ours.ask<number[]>({ watch: false } satisfies Watch) }
      if (took.inside.length !== size) throw new Error(`${took.inside.length} of ${size} facts were seen inside.`)
      const told = Object.entries(took).map(([what, ms]) => `${what} ${quantile(ms, 0.5).toFixed(1)} ms`)
      bench.say(`${round === 0 ? 'warm-up' : `round ${round} of ${bench.rounds}`}: ${told.join(', ')}`)
      if (round > 0) rounds.push(took)
    }
    const each = (what: keyof Took, share: number) => rounds.map((one) => quantile(one[what], share))
    return [
      limited(`answer to a POST → counted in a figure, ${perSecond}/s, p50`, 'ms', each('seen', 0.5), 5),
      limited('  p99', 'ms', each('seen', 0.99), 25),
      limited('  inside: append acknowledged → fact committed, p50', 'ms', each('inside', 0.5), null),
      limited('  inside, p99', 'ms', each('inside', 0.99), null),
      limited('  asking for the figure without a token, p50', 'ms', each('asking', 0.5), null),
      limited('  the POST itself, p50', 'ms', each('posting', 0.5), null),
    ]
  },
}

/** In ms. */
type Took = { seen: number[]; inside: number[]; asking: number[]; posting: number[] }

/** One fact after the other at a steady pace; whoever sent it asks for the figure with its Sync-Token. */
const trickle = async (api: Api, volunteers: readonly string[]) => {
  const took: Omit<Took, 'inside'> = { seen: [], asking: [], posting: [] }
  const start = performance.now()
  const before = await api.verified()
  let recorded = 0
  await Promise.all(
    volunteers.map(async (volunteerId, at) => {
      await pause(Math.max(0, start + (at * 1000) / perSecond - performance.now()))
      const began = performance.now()
      const token = await api.verify(volunteerId)
      const answered = performance.now()
      const expected = before + ++recorded
      const count = await api.verified(token)
      const seen = performance.now()
      if (count < expected) throw new Error(`The figure is ${count}, though ${expected} were recorded.`)
      await api.verified()
      took.posting.push(answered - began)
      took.seen.push(seen - answered)
      took.asking.push(performance.now() - seen)
    }),
  )
  return took
}

type Api = ReturnType<typeof apiOf>
const apiOf = ({ url, keys, agreementId }: Ours) => {
  const post = async (path: string, body: object) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${keys.contractor}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        'if-match': '*',
      },
      body: JSON.stringify({ ...body, occurredOn: '2023-05-01' }),
    })
    const answer = (await response.json()) as { data: { id: string } }
    if (!response.ok) throw new Error(JSON.stringify(answer))
    return { id: answer.data.id, token: response.headers.get('sync-token')! }
  }
  return {
    register: async () =>
      (await post('/v1/volunteers', { skills: [], serviceKinds: ['community'], identity: nobody(), agreementId })).id,
    verify: async (volunteerId: string) =>
      (await post(`/v1/volunteers/${volunteerId}/verification`, { method: 'in-person' })).token,
    /** How many verified volunteers the funder's figure counts; with a token, not before that is counted. */
    verified: async (token?: string) => {
      const response = await fetch(`${url}/v1/reports/volunteer-statistics?agreementId=${agreementId}`, {
        headers: { authorization: `Bearer ${keys.funder}`, ...(token && { 'sync-token': token }) },
      })
      const { data } = (await response.json()) as { data: { indicator: string; dimensions: object; value: string }[] }
      return Number(data.find((row) => row.indicator === 'IND-V1' && Object.keys(row.dimensions).length === 0)!.value)
    },
  }
}

let invented = 0
/** Somebody who does not exist, with an ID number that could. */
const nobody = () => {
  const [day, order] = [1 + (invented % 28), 100 + Math.floor(invented++ / 28)]
  const number = `659002199001${String(day).padStart(2, '0')}${order}`
  const check = checkCitizenId(`${number}0`)
  return { name: '志愿者', idNumber: number + (check.ok ? '0' : check.expected!) }
}
