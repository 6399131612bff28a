import type { Role } from './first-organisations.ts'

/** What runs after a start, in one process or apart. */
export type Product = {
  url: string
  /** The three keys that a first start makes. */
  keys: Record<Role, string>
  organisations: Record<Role, string>
  /** Those with which its sandbox begins, where there is one. */
  sandboxKeys?: Record<Role, string>
  /** Resolves with the reason when what it cannot go on without has ended. */
  ended: Promise<string>
  stop: () => Promise<void>
}
