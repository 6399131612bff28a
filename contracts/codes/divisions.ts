import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Stored beside a code, because codes change their meaning between releases. */
export const divisionRelease = '2023'

/**
 * The Chinese name of a province (2 digits), prefecture (4), county (6) or township (9); undefined for a code that the
 * release does not hold. Provinces and prefectures may be filled up with zeros to 6 digits, as GB/T 2260 writes them.
 */
export const divisionName = (code: string): string | undefined => {
  const text = nameOf(code)
  return text === undefined && /^\d{4}00$/.test(code) ? nameOf(code.replace(/(00){1,2}$/, '')) : text
}

/** Whether the release holds the code. It ends at townships, so a community's 12 digits are judged by its township. */
export const isKnownDivision = (code: string): boolean =>
  divisionName(/^\d{12}$/.test(code) ? code.slice(0, 9) : code) !== undefined

/** The codes of that many digits (2, 4, 6 or 9) that begin with the prefix, in ascending order. */
export const divisionsUnder = (prefix: string, digits: 2 | 4 | 6 | 9): string[] => {
  const { text, lines } = load()
  const found: string[] = []
  for (let line = firstFrom(prefix); line < lines.length && text.startsWith(prefix, lines[line]); line++) {
    const code = codeOf(line)
    if (code.length === digits) found.push(code)
  }
  return found
}

const nameOf = (code: string): string | undefined => {
  const { text, lines } = load()
  const line = firstFrom(code)
  if (line === lines.length || codeOf(line) !== code) return undefined
  return text.slice(lines[line]! + code.length + 1, text.indexOf('\n', lines[line]))
}

/** The first line whose code is not before this one: the lines are sorted as text, so what lies under a code follows it. */
const firstFrom = (code: string): number => {
  let low = 0
  let high = load().lines.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (codeOf(middle) < code) low = middle + 1
    else high = middle
  }
  return low
}

const codeOf = (line: number): string => {
  const { text, lines } = load()
  return text.slice(lines[line], text.indexOf(',', lines[line]))
}

/** `code,name` lines as one string and where each begins: 1.7 MB where a map of the names would take 11. */
type Release = { text: string; lines: Uint32Array }

let release: Release | undefined

const load = (): Release => (release ??= read())

const read = (): Release => {
  const file = gunzipSync(readFileSync(new URL('./divisions-2023.csv.gz', import.meta.url))).toString()
  const text = file.slice(file.indexOf('\n') + 1)
  const lines: number[] = []
  for (let at = 0; at < text.length; at = text.indexOf('\n', at) + 1) lines.push(at)
  return { text, lines: Uint32Array.from(lines) }
}
