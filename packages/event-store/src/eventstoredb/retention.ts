import type { Position } from '../event-store.ts'
import { openCursor } from './cursor.ts'
import { beginning } from './position.ts'
import type { Session } from './session.ts'

export type Retention = {
  /** One sentence for each stream of ours from which the server lets events disappear. */
  warnings: string[]
  /** False while the search has not yet come to the end of the log; ask again. */
  complete: boolean
}

/**
 * Looks whether somebody has told the server to forget events of ours: $maxCount, $maxAge or $tb in the metadata of a
 * stream. The server itself picks those settings out of its log, so that all streams are looked at, and each time only what
 * is new.
 */
export const retentionCheck = (session: Session, categories: readonly string[]) => {
  const prefixes = categories.map((category) => `$$${category}-`)
  const limited = new Map<string, string[]>()
  let after: Position = beginning
  let underWay: Promise<Retention> | undefined

  const look = async (): Promise<Retention> => {
    const cursor = openCursor({ session, prefixes, after })
    const until = performance.now() + lookMs
    while (performance.now() < until && !cursor.isAtEnd()) {
      const item = cursor.take()
      if (!item) await cursor.change(100)
      else {
        after = item.position
        if (item.event) note(item.event.streamId.slice(2), item.event.data)
      }
    }
    const complete = cursor.isAtEnd()
    cursor.close()
    const warnings = [...limited].map(([stream, settings]) => `${stream} has ${settings.join(', ')} in the server.`)
    return { warnings, complete }
  }

  const note = (stream: string, metadata: unknown) => {
    const settings = forgetting.filter((name) => name in Object(metadata))
    if (settings.length > 0) limited.set(stream, settings)
    else limited.delete(stream)
  }

  return (): Promise<Retention> => (underWay ??= look().finally(() => (underWay = undefined)))
}

const forgetting = ['$maxCount', '$maxAge', '$tb']
const lookMs = 2_000
