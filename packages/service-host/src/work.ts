import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Tools, WorkerSlice } from '@wushe/slice'
import type { Box } from '@wushe/vault'
import { act } from './act.ts'
import type { OpenService } from './open.ts'
import { poster } from './post.ts'

type Options = {
  now?: () => Date
  webhooksToLoopback?: boolean
  log?: (line: Record<string, unknown>) => void
}

/** Starts what services do by themselves. `stop` lets what was begun finish for two seconds; the rest is tried again. */
export const startWorkers = (services: readonly OpenService[], options: Options) => {
  const stopping = new AbortController()
  const { post, close } = poster({ loopback: options.webhooksToLoopback ?? false })
  const loops = services.flatMap((service) =>
    (service.service.workers ?? []).map((worker) =>
      keepWorking(service, worker, { ...toolsOf(service, options), post }, stopping.signal, options),
    ),
  )
  return {
    stop: async () => {
      stopping.abort()
      const done = Promise.all(loops)
      await Promise.race([done, pause(2000, undefined, { ref: false })])
      close()
      await done
    },
  }
}

const toolsOf = (service: OpenService, { now = () => new Date() }: Options): Omit<Tools, 'post'> => ({
  rows: service.rows,
  now: () => now().toISOString(),
  chance: Math.random,
  owner: `${hostname()} ${process.pid} ${randomUUID()}`,
  open: async (tenant, section, box) => {
    const opened = await service.vault.open(tenant, section, box as Box)
    return 'value' in opened ? opened.value : undefined
  },
  act: (operation, input, key) => act({ services: [service] }, operation, input as never, { key }),
})

/** Looks whenever something was learnt, soon after that, and ever more rarely while there is nothing to do. */
async function keepWorking(
  { inbox }: OpenService,
  { name, tasks, work }: WorkerSlice,
  tools: Tools,
  signal: AbortSignal,
  { log = () => {} }: Options,
) {
  const busy = new Map<string, Promise<void>>()
  const failed = (error: unknown) => log({ line: `${name}: ${(error as Error).message}` })
  let seen: string = 'start'
  let restMs = 100
  while (!signal.aborted) {
    try {
      const head = await inbox.head()
      const found = (await tasks(tools)).filter((task) => !busy.has(task))
      // What was learnt may not stand in the read models yet.
      restMs = head === seen && found.length === 0 ? Math.min(restMs * 2, 2000) : 100
      seen = head
      for (const task of found)
        busy.set(
          task,
          work(task, tools, () => signal.aborted)
            .catch(failed)
            .finally(() => busy.delete(task)),
        )
    } catch (error) {
      failed(error)
    }
    const rest = AbortSignal.any([signal, AbortSignal.timeout(restMs)])
    await inbox.wake(rest, (seen === 'start' ? beginning : seen) as never)
    await pause(25, undefined, { ref: false })
  }
  await Promise.all(busy.values())
}

const beginning = 'in:0000000000000000'
