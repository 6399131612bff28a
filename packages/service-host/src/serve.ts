import { pino } from 'pino'
import { readConfig } from './config.ts'
import { run } from './run.ts'
import type { Service } from './service.ts'
import { openTelemetry, type Telemetry } from './telemetry.ts'

/**
 * A whole process: what `main.ts` of a service is. Takes its configuration from the environment, writes one line of JSON
 * per request to standard output, stops on SIGTERM, SIGINT and when the process that started it is gone. Ends with
 * code 0 when it was asked to, 2 when the configuration is not complete, 1 when it could not go on.
 */
export const serve = async (services: readonly Service[]): Promise<void> => {
  const logger = pino({ base: { service: services.map(({ name }) => name).join() } })
  const stop = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve())
    process.once('disconnect', () => resolve())
  })
  const names = services.map(({ name }) => name)
  let telemetry: Telemetry | undefined
  try {
    const config = readConfig(process.env, names)
    telemetry = await openTelemetry(config.telemetryTo, names)
    if (telemetry?.metricsUrl) logger.info({ line: `Metrics at ${telemetry.metricsUrl}` })
    const host = await run(services, { ...config, telemetry, log: (line) => logger.info(line) })
    logger.info({ line: `Listening on ${host.url}` })
    process.send?.({ ready: host.url })
    await stop
    await host.stop()
  } catch (error) {
    const { name, message, stack } = error as Error
    logger.fatal({ line: name === 'Error' ? stack : message })
    process.exitCode = name === 'ConfigIncomplete' ? 2 : 1
  }
  await telemetry?.close()
  if (process.connected) process.disconnect()
}
