import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceName } from '@wushe/contracts'
import type { Position } from '@wushe/event-store'
import type pg from 'pg'
import { reaches, type Place } from '../position.ts'
import { ask, prepared } from '../transaction.ts'

/**
 * Has everything of the source up to the position arrived? It has when we have read as far as some mark at or beyond it
 * says; any such mark will do, so that a steady stream does not keep us waiting for ever.
 */
export const waitForMark = async (
  pool: pg.Pool,
  source: ServiceName,
  position: Position,
  ms: number,
  bell: Bell,
  halted: () => boolean,
) => {
  const until = performance.now() + ms
  let wanted: bigint[] | undefined
  for (;;) {
    const change = bell.next()
    const { rows } = await ask<{ position: Place; offsets: string[]; mending: boolean; read: string[] | null }>(
      pool,
      prepared(
        `select position, offsets, mending,
           (select array_agg(next_offset order by partition) from inbox.offsets o where o.source = m.source) as read
         from inbox.marks m where source = $1`,
        [source],
      ),
    )
    const [mark] = rows
    if (!wanted && mark && !mark.mending && reaches(mark.position, position)) wanted = mark.offsets.map(BigInt)
    if (wanted?.every((offset, partition) => BigInt(mark?.read?.[partition] ?? 0) >= offset)) return true
    const left = until - performance.now()
    if (left <= 0 || halted()) return false
    await Promise.race([change, sleep(Math.min(20, left), undefined, { ref: false })])
  }
}

export type Bell = ReturnType<typeof openBell>

/** Rung whenever something was read. */
export const openBell = () => {
  let ring = () => {}
  let next = new Promise<void>((resolve) => (ring = resolve))
  return {
    ring: () => {
      ring()
      next = new Promise<void>((resolve) => (ring = resolve))
    },
    next: () => next,
  }
}
