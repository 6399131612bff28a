import { pino } from 'pino'

/** One line of JSON per request, in a file readable by its owner only. Lines never hold a name, a body or a path. */
export const openLog = (file: string): ((line: Record<string, unknown>) => void) => {
  const logger = pino(
    { base: null },
    pino.destination({ dest: file, mkdir: true, mode: 0o600, sync: false, minLength: 4096 }),
  )
  setInterval(() => logger.flush(), 1000).unref()
  return (line) => logger.info(line)
}
