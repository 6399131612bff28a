import { gunzipSync, gzipSync } from 'node:zlib'
import { randomUUID } from 'node:crypto'
import { binaryEvent } from '@eventstore/db-client'
import type { Command, NewEvent, Revision, StreamName } from '../event-store.ts'
import type { places } from './place.ts'
import type { Session } from './session.ts'

/** What an append that carries out a command is about to write, and where. */
export type Intention = { fingerprint: string; stream: StreamName; first: Revision; events: readonly NewEvent[] }

/**
 * The intentions of each command, in a stream of its own that no log shows. Whoever comes across the last of them carries
 * it out, or finds its place taken by something else: then it is void, and only then may another one follow.
 */
export const intentions = (
  session: Session,
  place: ReturnType<typeof places>['place'],
  service: string | undefined,
) => {
  const streamOf = (commandId: string) => `${category}-${service ? `${service}.` : ''}${commandId.toLowerCase()}`

  return {
    last: async (commandId: string): Promise<(Intention & { revision: Revision }) | undefined> => {
      const [event] = await session.some(streamOf(commandId), 'end', 1, 'backwards')
      if (!event) return undefined
      const { fingerprint, stream, first } = event.metadata as { fingerprint: string; stream: string; first: string }
      const events = unpack(event.data as Uint8Array)
      return { fingerprint, stream, first: BigInt(first), events, revision: event.revision }
    },

    /** False when another one came first. */
    add: async (command: Command, revision: Revision, { fingerprint, stream, first, events }: Intention) => {
      const metadata = { fingerprint, stream, first: String(first) }
      const event = binaryEvent({ id: randomUUID(), type: 'Intended', data: pack(events), metadata })
      return (await place(streamOf(command.id), revision, [event])) !== undefined
    },
  }
}

/** Reserved: no stream of a service begins with it. */
export const category = 'command'

// Packed, because they are written a second time, and because as JSON in JSON they might pass the server's limit.
const pack = (events: readonly NewEvent[]) =>
  Uint8Array.from(
    gzipSync(JSON.stringify(events.map((event) => ({ ...event, entry: Buffer.from(event.entry).toString('base64') })))),
  )

const unpack = (packed: Uint8Array): NewEvent[] =>
  (JSON.parse(gunzipSync(packed).toString()) as (NewEvent & { entry: string })[]).map((event) => ({
    ...event,
    entry: Buffer.from(event.entry, 'base64'),
  }))
