import { setTimeout as pause } from 'node:timers/promises'
import { horizonLag } from '@wushe/event-store'
import type { OpenService } from './open.ts'
import type { Host } from './run.ts'

/** Waits until every read model knows everything recorded so far. */
export async function caughtUp({ services }: Pick<Host, 'services'>, ms = 30_000) {
  const until = Date.now() + ms
  await Promise.all(services.map((service) => nothingHidden(service, until)))
  for (const service of services)
    for (const other of services) {
      const head = await other.store.log.head()
      if (head === 'start') continue
      const wait = () => Math.max(1, until - Date.now())
      if (other.name === service.name)
        for (const { running, source } of service.running.values())
          if (source === 'own') await running.waitFor(head, wait())
      await service.fillers.get(other.name)?.waitFor(head, wait())
    }
  for (const service of services) {
    const head = await service.inbox.head()
    if (head === 'start') continue
    for (const { running, source } of service.running.values())
      if (source === 'inbox') await running.waitFor(head, Math.max(1, until - Date.now()))
  }
}

/** What is committed may be hidden from readers for a moment, and its position too: an older transaction is still open. */
async function nothingHidden({ pool }: OpenService, until: number) {
  const begun = Date.now()
  for (let asked = begun; asked < until; asked = Date.now()) {
    // What was hidden when we began is older by now than the time that we waited.
    if ((await horizonLag(pool)).seconds * 1000 < asked - begun) return
    await pause(5)
  }
}
