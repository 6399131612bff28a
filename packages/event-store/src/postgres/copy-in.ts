import { once } from 'node:events'
import type { ClientBase, Connection, Submittable } from 'pg'

/**
 * Runs a `copy … from stdin` and sends it the chunks, no faster than the server takes them. The server's refusal is thrown
 * as it is for any statement; what `chunks` throws ends the statement too. Not for a connection with `pipeline: true`.
 */
export const copyIn = (client: ClientBase, text: string, chunks: Iterable<Buffer>): Promise<void> =>
  new Promise((resolve, reject) => {
    let over = false
    let cause: unknown

    const send = async (connection: Copying) => {
      try {
        for (const chunk of chunks) {
          if (over) return
          connection.sendCopyFromChunk(chunk)
          if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain')
        }
        if (!over) connection.endCopyFrom()
      } catch (error) {
        cause = error
        // A connection that is gone tells `handleError`, here and below.
        if (!over) connection.sendCopyFail('Given up.')
      }
    }

    const copy: Submittable & Record<string, unknown> = {
      submit: (connection) => connection.query(text),
      handleCopyInResponse: (connection: Copying) => void send(connection),
      handleCommandComplete: () => {},
      handleError: (error: Error) => {
        over = true
        reject((cause as Error | undefined) ?? error)
      },
      handleReadyForQuery: () => {
        over = true
        resolve()
      },
    }
    client.query(copy)
  })

/** What `pg` has, and its types lack. */
type Copying = Connection & {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}
