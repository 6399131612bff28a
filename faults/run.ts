import type { Fault } from './faults.ts'
import { startUnderTest, type UnderTest } from './under-test.ts'

export type Survived = { rounds: number; events: number; repeatedOnTopics: number; seconds: number }

/**
 * Lets a fault happen once while the work of one more station is recorded, then compares everything with what was
 * acknowledged. Throws what differs.
 */
export const surviveOnce = async (under: UnderTest, fault: Fault, round: number) => {
  const work = await under.begin(`${fault.name} ${round}`)
  await Promise.all([work(), fault.strike(under, round)])
  return under.verify()
}

/** The same `rounds` times, on a product of its own. */
export const survive = async (
  fault: Fault,
  rounds: number,
  say: (line: string) => void = () => {},
): Promise<Survived> => {
  const began = performance.now()
  const under = await startUnderTest(fault.world)
  try {
    let found = { events: 0, repeatedOnTopics: 0 }
    for (let round = 0; round < rounds; round++) {
      found = await surviveOnce(under, fault, round)
      say(`round ${round + 1} of ${rounds}: ${found.events} events, all as acknowledged`)
    }
    return { rounds, ...found, seconds: (performance.now() - began) / 1000 }
  } finally {
    await under.end()
  }
}
