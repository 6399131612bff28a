import { limits, NotStorable, type Command, type Expected, type NewEvent, type StreamName } from './event-store.ts'

/** Refuses what no adapter stores, before any of it is sent. Answers the size in bytes. */
export const checkStorable = (
  stream: StreamName,
  expected: Expected,
  events: readonly NewEvent[],
  command?: Command,
): number => {
  checkStream(stream)
  if (typeof expected === 'bigint' && expected < 0n) throw new NotStorable(`${expected} is not a revision.`)
  if (events.length === 0) throw new NotStorable('An append has at least one event.')
  if (events.length > limits.eventsPerAppend)
    throw new NotStorable(`An append has at most ${limits.eventsPerAppend} events, not ${events.length}.`)
  if (command && !(uuid.test(command.id) && hex.test(command.fingerprint)))
    throw new NotStorable('A command has a UUID and a fingerprint in lower-case hex.')

  const bytes = events.reduce((sum, event) => sum + checkEvent(event), 0)
  if (bytes > limits.bytesPerAppend)
    throw new NotStorable(`An append has at most ${limits.bytesPerAppend} bytes, not ${bytes}.`)
  return bytes
}

export const isUuid = (text: string) => uuid.test(text)

const checkStream = (stream: StreamName) => {
  if (stream.length > limits.streamName)
    throw new NotStorable(`A stream's name has at most ${limits.streamName} bytes.`)
  if (!streamName.test(stream)) throw new NotStorable(`"${stream}" is not the name of a stream: <category>-<id>.`)
}

const checkEvent = ({ id, type, schema, data, sealed, meta, entry }: NewEvent): number => {
  if (!uuid.test(id)) throw new NotStorable(`"${id}" is not the UUID of an event.`)
  if (!eventType.test(type)) throw new NotStorable(`"${type}" is not the type of an event.`)
  if (!Number.isInteger(schema) || schema < 1 || schema > 32_767)
    throw new NotStorable(`${schema} is not the version of a schema.`)
  return bytesOf(data) + (sealed === null ? 0 : bytesOf(sealed)) + bytesOf(meta) + entry.byteLength
}

const bytesOf = (json: string): number => {
  if (json.includes('\\u0000') && nul.test(json))
    throw new NotStorable('Text with the character U+0000 cannot be stored.')
  if (json.includes('\0') || !json.isWellFormed())
    throw new NotStorable('Text must be Unicode without lone surrogates.')
  return Buffer.byteLength(json)
}

const streamName = /^[a-z][a-zA-Z]*-[A-Za-z0-9_.:-]+$/
const eventType = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const hex = /^(?:[0-9a-f]{2})+$/
/** The escape itself, not an escaped backslash before the text "u0000". */
const nul = /(?<!\\)(?:\\\\)*\\u0000/
