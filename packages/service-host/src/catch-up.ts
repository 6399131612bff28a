import type { ServiceName } from '@wushe/contracts'
import type { Position } from '@wushe/event-store'
import type { OpenService } from './open.ts'

/** Waits until what a Sync-Token speaks of is visible here; false when time is over. */
export async function catchUpWith(
  service: OpenService,
  tokens: Map<ServiceName, string>,
  needed: readonly string[],
  ms: number,
): Promise<boolean> {
  const waits: Promise<boolean>[] = []
  for (const [source, position] of tokens) {
    const filler = service.fillers.get(source)
    const own = source === service.name
    if (own)
      for (const name of needed) {
        const one = service.running.get(name)
        if (one?.source === 'own') waits.push(one.running.waitFor(position as Position, ms))
      }
    if (filler)
      waits.push(
        filler.waitFor(position as Position, ms).then(async (arrived) => {
          if (!arrived) return false
          const local = await service.inbox.head()
          if (local === 'start') return true
          const readers = needed.map((name) => service.running.get(name)).filter((one) => one?.source === 'inbox')
          return (await Promise.all(readers.map((one) => one!.running.waitFor(local, ms)))).every(Boolean)
        }),
      )
  }
  return (await Promise.all(waits)).every(Boolean)
}
