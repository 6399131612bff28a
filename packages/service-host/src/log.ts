import { mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { pino } from 'pino'

/**
 * One line of JSON per request, in a file readable by its owner only. Lines never hold a name, a body or a path.
 */
export const openLog = (file: string): ((line: Record<string, unknown>) => void) => {
  mkdirSync(dirname(file), { recursive: true })
  // Opened at once: a process that ends before pino has opened its file ends with pino's complaint about that.
  const dest = openSync(file, 'a', 0o600)
  const logger = pino({ base: null }, pino.destination({ dest, sync: false, minLength: 8192 }))
  setInterval(() => logger.flush(), 1000).unref()
  return (line) => logger.info(line)
}
