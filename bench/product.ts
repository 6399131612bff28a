import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Starts scripts/start on a folder, as a newcomer does. */
export const startProduct = (data: string, options: readonly string[] = []) => {
  const script = join(import.meta.dirname, '../scripts/start')
  // The script becomes the process that it starts.
  const child = spawn('bash', [script, '--data', data, '--port', '0', ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exit = once(child, 'exit')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
  const lastLine = () => said.split(/[\r\n]/).findLast((line) => line.trim() !== '') ?? 'starting'

  return {
    pid: child.pid!,
    ready: async (say: (line: string) => void) => {
      for (let told = performance.now(); !existsSync(join(data, 'ready.json')); await pause(200)) {
        if (child.exitCode !== null) throw new Error(`scripts/start ended with ${child.exitCode}:\n${said}`)
        if (performance.now() - told < 15_000) continue
        told = performance.now()
        say(lastLine().trim())
      }
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGINT')
      const impatience = setTimeout(() => child.kill('SIGKILL'), 9000)
      await exit
      clearTimeout(impatience)
    },
  }
}
