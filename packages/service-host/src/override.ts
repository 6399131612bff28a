import { refuse, type Actor } from '@wushe/slice'
import { overrideRow } from './access.ts'
import type { Operation } from './contract.ts'
import type { OpenService } from './open.ts'
import { Refused } from './problem.ts'
import type { Slice } from './service.ts'

/**
 * The actor of a request that names an emergency: for this request the record of that one person is open to it, if it
 * started it itself and its time is not over. It reads one thing; whatever shows many, finds people or writes has no use
 * for it.
 */
export async function withOverride(
  actor: Actor,
  id: string | undefined,
  { operation, slice, service, now }: { operation: Operation; slice: Slice; service: OpenService; now: string },
): Promise<Actor> {
  if (id === undefined) return actor
  const readsOne = ['one', 'history', 'diff'].includes(slice.kind) && operation.access.may.contractor === 'own'
  if (!readsOne) throw new Refused(refuse('override-for-one-record'))
  const [found] = await service.rows(overrideRow(id, actor, now))
  if (!found) throw new Refused(refuse('override-not-in-force', { overrideId: id }))
  return { ...actor, override: { id, personId: found.personId } }
}
