/**
 * Arrays as PostgreSQL reads them in binary form: nothing is escaped here or parsed there, and the bytes of JSON text are
 * copied as they are. Each function answers a buffer, which `pg` sends as a binary parameter.
 */
export const uuids = (values: readonly (string | null)[]) =>
  array(
    2950,
    values,
    () => 16,
    (value, to, at) => void to.write(value.replaceAll('-', ''), at, 'hex'),
  )

export const texts = (values: readonly (string | null)[]) => array(25, values, byteLength, writeText)
export const jsons = (values: readonly (string | null)[]) => array(114, values, byteLength, writeText)

export const bytes = (values: readonly (Uint8Array | null)[]) =>
  array(
    17,
    values,
    (value) => value.byteLength,
    (value, to, at) => void to.set(value, at),
  )

export const smallints = (values: readonly number[]) =>
  array(
    21,
    values,
    () => 2,
    (value, to, at) => void to.writeInt16BE(value, at),
  )

export const integers = (values: readonly number[]) =>
  array(
    23,
    values,
    () => 4,
    (value, to, at) => void to.writeInt32BE(value, at),
  )

export const bigints = (values: readonly bigint[]) =>
  array(
    20,
    values,
    () => 8,
    (value, to, at) => void to.writeBigInt64BE(value, at),
  )

const byteLength = (value: string) => Buffer.byteLength(value)
const writeText = (value: string, to: Buffer, at: number) => void to.write(value, at)

const array = <Value>(
  type: number,
  values: readonly (Value | null)[],
  sizeOf: (value: Value) => number,
  write: (value: Value, to: Buffer, at: number) => void,
): Buffer => {
  const sizes = values.map((value) => (value === null ? -1 : sizeOf(value)))
  const to = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + Math.max(0, size), 20))
  to.writeInt32BE(1, 0) // dimensions
  to.writeInt32BE(sizes.includes(-1) ? 1 : 0, 4) // whether there are nulls
  to.writeInt32BE(type, 8)
  to.writeInt32BE(values.length, 12)
  to.writeInt32BE(1, 16) // subscript of the first
  let at = 20
  values.forEach((value, i) => {
    at = to.writeInt32BE(sizes[i]!, at)
    if (value === null) return
    write(value, to, at)
    at += sizes[i]!
  })
  return to
}
