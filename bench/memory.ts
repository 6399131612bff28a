import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { limited, type Line, type Measure } from './measure.ts'

/** scripts/start as a newcomer runs it: the demonstration is loaded, and then the process is looked at. */
export const memory: Measure = {
  id: 'M1',
  limit: 900,
  take: async (bench): Promise<Line[]> => {
    const data = join(bench.dir, 'data')
    const script = join(import.meta.dirname, '../scripts/start.ts')
    const child = spawn(process.execPath, [script, '--data', data, '--port', '0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
    const exit = once(child, 'exit')
    bench.atEnd(async () => {
      child.kill('SIGINT')
      const impatience = setTimeout(() => child.kill('SIGKILL'), 9000)
      await exit
      clearTimeout(impatience)
    })
    const start = performance.now()
    for (let told = 0; !existsSync(join(data, 'ready.json')); await pause(200)) {
      if (child.exitCode !== null) throw new Error(`scripts/start ended with ${child.exitCode}:\n${said}`)
      if (performance.now() - told < 15_000) continue
      told = performance.now()
      bench.say(
        said
          .split(/[\r\n]/)
          .findLast((line) => line.trim() !== '')
          ?.trim() ?? 'starting',
      )
    }
    const seconds = Math.round((performance.now() - start) / 1000)
    const resident: number[] = []
    for (let round = 0; round < Math.max(5, bench.rounds); round++) {
      await pause(1000)
      resident.push(memoryOf(child.pid!, 'VmRSS'))
    }
    const most = memoryOf(child.pid!, 'VmHWM')
    await pause(bench.quick ? 0 : 30_000)
    return [
      limited('resident memory after the Alar load, five services', 'MB', resident, 350),
      limited('  half a minute later', 'MB', [memoryOf(child.pid!, 'VmRSS')], null),
      limited('  at its most, while loading through its own API', 'MB', [most], null),
      limited('  from start to ready, the load included', 's', [seconds], null),
    ]
  },
}

/** As Linux tells it, in MB of 1,000,000 bytes. */
const memoryOf = (pid: number, what: 'VmRSS' | 'VmHWM') => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)![1]) * 1024) / 1e6
}
