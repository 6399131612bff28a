import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Processes are looked at where Linux tells of them. */
export const canLook = existsSync('/proc/self/stat')

/** What these processes and those that they have waited for used of all processors, in ms; Linux counts in hundredths. */
export const processorTime = (pids: readonly number[]) =>
  pids.reduce((sum, pid) => {
    const fields = statOf(pid)
    return fields ? sum + fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) * 10 : sum
  }, 0)

/** A process and all that it started and they started, as far as they live. */
export const withChildren = (pid: number): number[] => {
  const childrenOf = Map.groupBy(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
    (child) => Number(statOf(child)?.[1]),
  )
  const all = (one: number): number[] => [one, ...(childrenOf.get(one) ?? []).flatMap(all)]
  return all(pid)
}

/** The fields after the name in brackets; undefined when it is gone. */
const statOf = (pid: number): string[] | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  } catch {
    return undefined
  }
}

/** As Linux tells it, in MB of 1,000,000 bytes. */
export const memoryOf = (pid: number, what: 'VmRSS' | 'VmHWM') => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)![1]) * 1024) / 1e6
}
