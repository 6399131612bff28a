export type CitizenIdCheck =
  | {
      ok: true
      /** As given, with an upper-case X. */
      value: string
      /** `1949-12-31`. */
      birthDate: string
      /** GB/T 2261.1: 1 male, 2 female. */
      sex: '1' | '2'
      /** The county-level division at the time of issue. It may have been abolished since, so any is accepted. */
      division: string
    }
  | {
      ok: false
      /** 1-based place of the first character that cannot be right. */
      position: number
      reason: 'length' | 'character' | 'birth-date' | 'check-character'
      /** What the check character would have to be. */
      expected?: string
    }

/** Checks a citizen's ID number (GB 11643). Knows no today: whether the birth date lies in the future is the caller's. */
export const checkCitizenId = (text: string): CitizenIdCheck => {
  if (text.length !== 18) return { ok: false, position: Math.min(text.length, 18) + 1, reason: 'length' }
  const value = text.replace('x', 'X')
  const stray = [...value].findIndex((character, at) => !(at === 17 ? /[\dX]/ : /\d/).test(character))
  if (stray >= 0) return { ok: false, position: stray + 1, reason: 'character' }
  const misdated = wrongInDate(value.slice(6, 14))
  if (misdated !== undefined) return { ok: false, position: 7 + misdated, reason: 'birth-date' }
  const expected = checkCharacter(value)
  if (value[17] !== expected) return { ok: false, position: 18, reason: 'check-character', expected }
  return {
    ok: true,
    value,
    birthDate: `${value.slice(6, 10)}-${value.slice(10, 12)}-${value.slice(12, 14)}`,
    sex: Number(value[16]) % 2 === 1 ? '1' : '2',
    division: value.slice(0, 6),
  }
}

/** Where in YYYYMMDD the first impossible part begins. The standard's own example was born in 1880. */
const wrongInDate = (date: string): number | undefined => {
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6, 8)].map(Number) as [
    number,
    number,
    number,
  ]
  if (year < 1800 || year > 2099) return 0
  if (month < 1 || month > 12) return 4
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return 6
  return undefined
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

const checkCharacter = (value: string) =>
  '10X98765432'[weights.reduce((sum, weight, at) => sum + weight * Number(value[at]), 0) % 11]!
