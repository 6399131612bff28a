import type { Bench, Round } from './measure.ts'

/** Works for about `ms` milliseconds, or does a fixed share of its work, and says what it did. */
export type Contender = (ms: number) => Promise<Did>
type Did = { count: number; ms: number }

/**
 * Everybody several times in every round, in short turns and in changing order, so that whatever else the machine does
 * happens to all. The first round only warms up.
 */
export const interleaved = async (
  contenders: Record<string, Contender>,
  bench: Bench,
  { turns = 5 } = {},
): Promise<Round[]> => {
  const names = Object.keys(contenders)
  const rounds: Round[] = []
  for (let round = 0; round <= bench.rounds; round++) {
    const did = Object.fromEntries(names.map((name) => [name, { count: 0, ms: 0 }]))
    for (let turn = 0; turn < turns; turn++)
      for (let place = 0; place < names.length; place++) {
        const name = names[(round + turn + place) % names.length]!
        const { count, ms } = await contenders[name]!(bench.roundMs / turns)
        did[name]!.count += count
        did[name]!.ms += ms
      }
    const rates = Object.fromEntries(names.map((name) => [name, (did[name]!.count * 1000) / did[name]!.ms]))
    const told = names.map((name) => `${name} ${Math.round(rates[name]!)}/s`).join(', ')
    bench.say(`${round === 0 ? 'warm-up' : `round ${round} of ${bench.rounds}`}: ${told}`)
    if (round > 0) rounds.push(rates)
  }
  return rounds
}

/** So many workers, each of which does one thing after the other. */
export const workers = (size: number, work: () => Promise<unknown>): Contender =>
  timed(async (isOver) => {
    let count = 0
    const worker = async () => {
      for (; !isOver(); count++) await work()
    }
    await Promise.all(Array.from({ length: size }, worker))
    return count
  })

/** So many at once, and when all are done the same again. */
export const bursts = (size: number, work: () => Promise<unknown>): Contender =>
  timed(async (isOver) => {
    let count = 0
    do {
      await Promise.all(Array.from({ length: size }, work))
      count += size
    } while (!isOver())
    return count
  })

/** A fixed number of things, one after the other. */
export const times = (count: number, work: () => Promise<unknown>): Contender =>
  timed(async () => {
    for (let i = 0; i < count; i++) await work()
    return count
  })

/** A load that is made before the clock starts; the work answers how much it was. */
export const loads =
  <Load>(make: () => Load, work: (load: Load) => Promise<number>): Contender =>
  async () => {
    const load = make()
    const start = performance.now()
    const count = await work(load)
    return { count, ms: performance.now() - start }
  }

const timed =
  (work: (isOver: () => boolean) => Promise<number>): Contender =>
  async (ms) => {
    const start = performance.now()
    const count = await work(() => performance.now() - start >= ms)
    return { count, ms: performance.now() - start }
  }
