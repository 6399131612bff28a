import { WrongExpectedVersionError, type AppendResult as Answer, type EventData } from '@eventstore/db-client'
import { MaxAppendSizeExceededError, StreamDeletedError } from '@eventstore/db-client'
import { NotStorable, type Position, type Revision, type StreamName } from '../event-store.ts'
import { at } from './position.ts'
import { deleted, type Session } from './session.ts'

export type Placed = { position: Position; replayed: boolean }

/**
 * Appends events at one exact place of a stream or not at all. Nothing is sent without its exact place, so that a request
 * that the server carries out late, after another one of ours or of somebody else, finds the place taken and does nothing.
 */
export const places = ({ client, patiently, some, latest, timeout }: Session) => {
  /** The highest position that this process has heard of. What is new is above it. */
  let known: string | undefined
  const learn = (position: string) => {
    if (known === undefined || position > known) known = position
  }

  /** Once, so that what was there before this process began is not taken for new. */
  const learnEnd = async () => {
    const [last] = await latest({ maxCount: 1 })
    learn(last?.position ? at(last.position) : '')
  }

  /** Where the last of these events is, if they stand there in this order. */
  const standing = async (stream: StreamName, first: Revision, events: readonly { id: string }[]) => {
    const there = await some(stream, first, events.length, 'forwards')
    const same = there.length === events.length && there.every(({ id }, i) => id === events[i]!.id)
    const position = there.at(-1)?.position
    return same && position ? at(position) : undefined
  }

  /** Undefined when something else stands there, or the stream has not come that far. */
  const place = (stream: StreamName, first: Revision, events: readonly EventData[]): Promise<Placed | undefined> =>
    patiently(async (again) => {
      const found = async () => {
        const position = await standing(stream, first, events)
        return position && { position, replayed: true }
      }
      if (known === undefined) await learnEnd()
      const placed = again ? await found() : undefined
      if (placed) return placed
      const before = known!
      try {
        const expectedRevision = first === 0n ? 'no_stream' : first - 1n
        const answer = await client.appendToStream(stream, [...events], { expectedRevision, deadline: timeout })
        const position = positionIn(answer)
        if (position) learn(position)
        // The server takes a repetition for a success; only its old or missing position tells.
        return position && position > before ? { position, replayed: false } : await found()
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) return found()
        if (error instanceof MaxAppendSizeExceededError) throw new NotStorable(error.message, { cause: error })
        if (error instanceof StreamDeletedError) throw deleted(stream, error)
        throw error
      }
    })

  return { place, standing, learn }
}

/** The server answers -1, as an unsigned number, where it does not know. */
const positionIn = ({ position }: Answer): Position | undefined =>
  position && position.commit < 2n ** 63n ? at(position) : undefined
