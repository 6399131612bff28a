import { Unavailable, type Recorded } from '@wushe/event-store'
import { ConnectionLost } from './transaction.ts'

/** What stopped or delayed a follower, as it is kept beside its checkpoint and shown in its health. */
export type Fault = {
  message: string
  /** SQLSTATE, where the database said it. */
  code?: string
  /** The event that could not be applied. */
  event?: { id: string; type: string; stream: string; position: string }
}

export const faultOf = (error: unknown, event?: Recorded): Fault => {
  if (error instanceof Poisoned) return error.fault
  const { message, code } = error as { message?: string; code?: unknown }
  return {
    message: message ?? String(error),
    ...(typeof code === 'string' && { code }),
    ...(event && { event: { id: event.id, type: event.type, stream: event.stream, position: event.position } }),
  }
}

/**
 * Whose fault is it? `moment`: it goes away by itself, so the same again. `place`: tables or rights are missing, so no
 * event would fare better. `event`: this one cannot be applied. `us`: we are no longer the one who follows.
 */
export const blame = (error: unknown): 'moment' | 'place' | 'event' | 'us' => {
  if (error instanceof Fenced) return 'us'
  if (error instanceof ConnectionLost || error instanceof Unavailable) return 'moment'
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') return 'event'
  if (passing.test(code)) return 'moment'
  return missing.test(code) ? 'place' : 'event'
}

/** Connection, read-only standby, serialisation, deadlock, resources, locks, shutdown, I/O. */
const passing = /^(08|25006|25P03|25P04|40|53|55|57P|58)/
/** No such table, no such schema, no right to it. */
const missing = /^(42P01|3F000|42501)$/

/** The follower cannot go on by itself. */
export class Poisoned extends Error {
  override name = 'Poisoned'
  fault: Fault

  constructor(fault: Fault) {
    super(fault.message)
    this.fault = fault
  }
}

/** The checkpoint was taken over, so its former holder must write no more. */
export class Fenced extends Error {
  override name = 'Fenced'

  constructor(name: string) {
    super(`Another process follows as ${name} now.`)
  }
}
