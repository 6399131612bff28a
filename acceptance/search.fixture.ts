// Finds marks in whatever form they may have been written down.
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'

export type Needle = { mark: string; form: string; bytes: Buffer }
export type Hit = { where: string; form: string; around: string }

/** Every form in which a mark of three characters or more can be recognised wherever it stands. */
export function needlesOf(mark: string): Needle[] {
  const utf8 = Buffer.from(mark)
  const escapes = [...mark].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
  const forms: Record<string, Buffer> = {
    'utf-8': utf8,
    gb18030: gb18030(mark),
    'utf-16': Buffer.from(mark, 'utf16le'),
    hex: Buffer.from(utf8.toString('hex')),
    'upper-case hex': Buffer.from(utf8.toString('hex').toUpperCase()),
    'hex of gb18030': Buffer.from(gb18030(mark).toString('hex')),
    percent: Buffer.from([...utf8].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')),
    '\\u': Buffer.from(escapes),
    'upper-case \\u': Buffer.from(escapes.toUpperCase().replaceAll('\\U', '\\u')),
    ...inBase64('base64', utf8),
    ...inBase64('base64url', utf8),
    ...inBase64('base64', gb18030(mark), ' of gb18030'),
  }
  const different = new Map<string, Needle>()
  for (const [form, bytes] of Object.entries(forms))
    if (!different.has(bytes.toString('latin1'))) different.set(bytes.toString('latin1'), { mark, form, bytes })
  return [...different.values()]
}

/** What the middle of a base64 text looks like, for each of the three places at which the mark can begin. */
const inBase64 = (encoding: 'base64' | 'base64url', bytes: Buffer, of = '') =>
  Object.fromEntries(
    [0, 1, 2].map((before) => {
      const text = Buffer.concat([Buffer.alloc(before), bytes])
        .toString(encoding)
        .replaceAll('=', '')
      const whole = Math.floor(((before + bytes.length) * 8) / 6)
      return [`${encoding}${of} at ${before}`, Buffer.from(text.slice(Math.ceil((before * 8) / 6), whole))]
    }),
  )

/** Node reads GB 18030 but does not write it. Marks are of its part of two bytes. */
const gb18030 = (text: string): Buffer =>
  Buffer.from(
    [...text].flatMap((char) => {
      const code = char < '\x80' ? [char.charCodeAt(0)] : twoByteCodes().get(char)
      if (!code) throw new Error(`${char} is not in the two-byte part of GB 18030.`)
      return code
    }),
  )

let codes: Map<string, number[]> | undefined
function twoByteCodes(): Map<string, number[]> {
  if (codes) return codes
  codes = new Map()
  const decoder = new TextDecoder('gb18030')
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const char = decoder.decode(Buffer.from([lead, trail]))
      if (char.length === 1) codes.set(char, [lead, trail])
    }
  return codes
}

export function search(where: string, content: Buffer, needles: readonly Needle[]): Hit[] {
  return needles.flatMap(({ form, bytes }) => {
    const at = content.indexOf(bytes)
    return at < 0
      ? []
      : [{ where, form, around: content.subarray(Math.max(0, at - 40), at + bytes.length + 40).toString() }]
  })
}

/** All files under a folder, but for those of the given names. Reads in pieces that overlap. */
export function searchFolder(dir: string, needles: readonly Needle[], except: readonly string[] = []): Hit[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (except.includes(entry.name)) return []
    return entry.isDirectory() ? searchFolder(path, needles, except) : entry.isFile() ? searchFile(path, needles) : []
  })
}

const piece = 16 << 20
const overlap = 256

function searchFile(path: string, needles: readonly Needle[]): Hit[] {
  const { size } = statSync(path)
  const file = openSync(path, 'r')
  const buffer = Buffer.alloc(Math.min(size, piece))
  const hits: Hit[] = []
  for (let at = 0; at < size; at += piece - overlap)
    hits.push(...search(path, buffer.subarray(0, readSync(file, buffer, 0, buffer.length, at)), needles))
  closeSync(file)
  return hits
}
