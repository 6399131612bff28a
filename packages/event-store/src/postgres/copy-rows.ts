/** What can stand in a column: an eight-byte or two-byte integer, a UUID, or text and JSON, or bytes as they are. */
export type Field = { int8: bigint } | { int2: number } | { uuid: string } | string | Uint8Array | null

/** Rows as `copy … with (format binary)` reads them, in chunks of about `size` bytes. */
export function* copyRows(rows: Iterable<readonly Field[]>, size = 65_536): Generator<Buffer> {
  let chunk = Buffer.allocUnsafe(size)
  let at = chunk.write('PGCOPY\n\xff\r\n\0', 'latin1')
  at = chunk.writeInt32BE(0, at) // flags
  at = chunk.writeInt32BE(0, at) // nothing more in the header
  for (const row of rows) {
    const most = row.reduce((sum, field) => sum + 4 + mostOf(field), 2)
    if (at + most > chunk.length) {
      yield chunk.subarray(0, at)
      chunk = Buffer.allocUnsafe(Math.max(size, most))
      at = 0
    }
    at = chunk.writeInt16BE(row.length, at)
    for (const field of row) at = write(field, chunk, at)
  }
  yield chunk.subarray(0, at)
  yield end
}

const end = Buffer.from([0xff, 0xff])

/** At most so many bytes: a character of UTF-16 becomes three at most in UTF-8. */
const mostOf = (field: Field) => {
  if (field === null) return 0
  if (typeof field === 'string') return field.length * 3
  return field instanceof Uint8Array ? field.byteLength : 16
}

const write = (field: Field, to: Buffer, at: number): number => {
  if (field === null) return to.writeInt32BE(-1, at)
  const start = at + 4
  const length = content(field, to, start)
  to.writeInt32BE(length, at)
  return start + length
}

const content = (field: NonNullable<Field>, to: Buffer, at: number): number => {
  if (typeof field === 'string') return to.write(field, at)
  if (field instanceof Uint8Array) {
    to.set(field, at)
    return field.byteLength
  }
  if ('int8' in field) return to.writeBigInt64BE(field.int8, at) - at
  if ('int2' in field) return to.writeInt16BE(field.int2, at) - at
  return to.write(field.uuid.replaceAll('-', ''), at, 'hex')
}
