import type { Operations } from '@wushe/contracts'
import type { Input } from './contract.ts'
import type { Rows } from './query.ts'

/** What came of a message that was sent to somebody's server. */
export type Posted =
  { status: number; retryAfter?: string } | { failed: 'timed-out' | 'address-not-allowed' | 'not-reached' }

/** What a worker may do. All of it arrives as arguments, and so its rules are tested without network and clock. */
export type Tools = {
  rows: Rows
  /** RFC 3339, UTC, at the moment of asking. */
  now: () => string
  /** From 0 to 1. */
  chance: () => number
  /** The name of this process, for a lease. */
  owner: string
  /** Opens a sealed section of an organisation's own events. */
  open: (tenant: string, section: string, box: unknown) => Promise<unknown>
  /** Sends by Standard Webhooks, to the internet only, and waits 15 seconds at most. */
  post: (message: { url: string; id: string; body: string; secrets: readonly string[] }) => Promise<Posted>
  /** Carries out a command of its own service as the platform; the same key once for ever. */
  act: <Name extends keyof Operations>(
    operation: Name,
    input: Pick<Input<Operations[Name]>, 'path' | 'body'>,
    key: string,
  ) => Promise<unknown>
}

/**
 * What a service does by itself. It is asked for its tasks whenever something was learnt, and every second or so; each
 * task runs by itself, so that a slow one holds up no other, and never twice at once in a process.
 */
export type WorkerSlice = {
  kind: 'worker'
  name: string
  tasks: (tools: Tools) => Promise<string[]>
  work: (task: string, tools: Tools, stopping: () => boolean) => Promise<void>
}

export const worker = (name: string, { tasks, work }: Pick<WorkerSlice, 'tasks' | 'work'>): WorkerSlice => ({
  kind: 'worker',
  name,
  tasks,
  work,
})
