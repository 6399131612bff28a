import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startChild } from './child.ts'
import { limited, quantile, type Line, type Measure } from './measure.ts'
import type { Ours } from './post-ours.ts'

const perSecond = 40

/** From the answer to a POST until a figure counts it, asked for over HTTP again and again, without a Sync-Token. */
export const visible: Measure = {
  id: 'P2',
  limit: 120,
  take: async (bench): Promise<Line[]> => {
    const { pid, url } = bench.postgres
    const ours = await startChild<Ours>(bench, 'post-ours', {
      dir: join(bench.dir, 'ours'),
      postgres: { pid, url: url() },
    })
    const api = apiOf(ours.hello)
    const activities: string[] = []
    const size = bench.quick ? 40 : 200
    let held = 0
    const rounds: { seen: number[]; inside: number[]; asking: number[]; posting: number[] }[] = []
    for (let round = 0; round <= bench.rounds; round++) {
      for (let i = 0; i < size; i += 50) activities.push(await api.plan())
      const asking = await durations(50, () => api.held())
      await ours.ask({})
      const [seen, posting]: number[][] = [[], []]
      const start = performance.now()
      await Promise.all(
        Array.from({ length: size }, async (_, i) => {
          await pause(Math.max(0, start + (i * 1000) / perSecond - performance.now()))
          const asked = performance.now()
          await api.hold(activities.at(-1 - Math.floor(i / 50))!)
          const answered = performance.now()
          const expected = ++held
          while ((await api.held()) < expected) {
            if (performance.now() - answered > 10_000) throw new Error(`The figure does not reach ${expected}.`)
            await pause(1)
          }
          seen!.push(performance.now() - answered)
          posting!.push(answered - asked)
        }),
      )
      await pause(100)
      const inside = (await ours.ask<number[]>({})) as number[]
      if (inside.length !== size) throw new Error(`${inside.length} of ${size} facts were seen inside.`)
      bench.say(
        `round ${round}: p50 ${quantile(seen!, 0.5).toFixed(1)} ms, inside ${quantile(inside, 0.5).toFixed(1)} ms`,
      )
      if (round > 0) rounds.push({ seen: seen!, inside, asking, posting: posting! })
    }
    const each = (what: keyof (typeof rounds)[number], share: number) => rounds.map((one) => quantile(one[what], share))
    return [
      limited(`answer to a POST → visible in a figure, ${perSecond} facts/s, p50`, 'ms', each('seen', 0.5), 5),
      limited('  p99', 'ms', each('seen', 0.99), 25),
      limited('  inside: append acknowledged → facts committed, p50', 'ms', each('inside', 0.5), null),
      limited('  inside, p99', 'ms', each('inside', 0.99), null),
      limited('  of the above, asking for the figure alone, p50', 'ms', each('asking', 0.5), null),
      limited('  the POST itself, p50', 'ms', each('posting', 0.5), null),
    ]
  },
}

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
    if (response.status !== 201) throw new Error(JSON.stringify(answer))
    return answer.data.id
  }
  return {
    plan: () => post('/v1/activities', { kind: 'lecture', title: '防溺水讲座', plannedOccurrences: 50, agreementId }),
    hold: (activityId: string) =>
      post(`/v1/activities/${activityId}/occurrences`, {
        headcount: { value: 94, method: 'count' },
        evidence: [{ sha256: 'f'.repeat(64), mediaType: 'image/jpeg' }],
      }),
    /** How many occurrences the funder's figure counts. */
    held: async () => {
      const response = await fetch(`${url}/v1/reports/service-statistics?agreementId=${agreementId}`, {
        headers: { authorization: `Bearer ${keys.funder}` },
      })
      const { data } = (await response.json()) as { data: { indicator: string; dimensions: object; value: string }[] }
      return Number(data.find((row) => row.indicator === 'IND-A1' && Object.keys(row.dimensions).length === 0)!.value)
    },
  }
}

const durations = async (count: number, work: () => Promise<unknown>) => {
  const took: number[] = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    await work()
    took.push(performance.now() - start)
  }
  return took
}
