import type { ServiceName } from '@wushe/contracts'
import type { Position, Recorded } from '@wushe/event-store'
import { attributesOf } from '@wushe/slice'
import type { IHeaders, Message } from 'kafkajs'
import { asItWas } from '../as-it-was.ts'

/**
 * A CloudEvent 1.0 in Kafka's binary mode: attributes are headers, and the value is the event as it is stored, with its
 * sealed sections and its evidence entry. `contracts/asyncapi.yaml` says the same to others.
 */
export const toMessage = (service: ServiceName, event: Carried): Message & { key: string; value: string } => {
  const described = event as Carried & { meta: Meta }
  return {
    key: event.stream,
    value: `{"data":${asItWas(event.data)},"sealed":${event.sealed ? asItWas(event.sealed) : null},"meta":${asItWas(event.meta)},"entry":"${Buffer.from(event.entry).toString('base64')}"}`,
    headers: {
      'content-type': 'application/json',
      ...Object.fromEntries(
        Object.entries(attributesOf(service, described)).map(([name, value]) => [`ce_${name}`, value]),
      ),
      ce_sequence: String(event.revision).padStart(19, '0'), // Its extension wants it to be ordered as text.
      ce_position: event.position,
      // That one is of the request, for ever; this one is of the sending.
      ...(event.carried && { traceparent: event.carried }),
    },
  }
}

/** An event on its way through Kafka, with the W3C Trace Context of what sent it. */
export type Carried = Recorded & { carried?: string | undefined }

type Meta = Parameters<typeof attributesOf>[1]['meta']

/** Throws NotAnEvent for what is not a message of ours. */
export const fromMessage = ({ key, value, headers = {} }: Pick<Message, 'key' | 'value' | 'headers'>): Carried => {
  const header = (name: string) => text(headers[name])
  const [, type, schema] = /^org\.wushe\.[a-z]+\.(\w+)\.v(\d+)$/.exec(header('ce_type') ?? '') ?? []
  const [id, at, revision, position] = ['ce_id', 'ce_time', 'ce_sequence', 'ce_position'].map(header)
  const stream = key?.toString()
  if (!value || !stream || !type || !schema || !id || !at || !revision || !position)
    throw new NotAnEvent('A message has no key, no value, or not all attributes of an event.')
  try {
    const { data, sealed, meta, entry } = JSON.parse(value.toString()) as Record<string, unknown>
    return {
      ...{ id, type, schema: Number(schema), stream, revision: BigInt(revision), position: position as Position, at },
      ...{ data, sealed, meta, entry: Buffer.from(entry as string, 'base64') },
      ...(headers['traceparent'] && { carried: header('traceparent') }),
    }
  } catch (cause) {
    throw new NotAnEvent(`The message ${id} cannot be read.`, { cause })
  }
}

const text = (header: IHeaders[string]) => (Array.isArray(header) ? header[0] : header)?.toString()

/** Somebody else writes to our topic, or a message was damaged. */
export class NotAnEvent extends Error {
  override name = 'NotAnEvent'
}
