export type OrganisationKind =
  | 'state-organ'
  | 'public-institution'
  | 'mass-organisation'
  | 'social-group'
  | 'social-service-organisation'
  | 'foundation'
  | 'enterprise'
  | 'other'

export type UsccCheck =
  | {
      ok: true
      /** As given, in upper case. */
      value: string
      /** What the first two characters say; `other` when they say something we do not tell apart. */
      kind: OrganisationKind
      /** Where the organisation is registered, 6 digits. */
      division: string
    }
  | {
      ok: false
      /** 1-based place of the first character that cannot be right. */
      position: number
      reason: 'length' | 'character' | 'check-character'
      /** What the check character would have to be. */
      expected?: string
    }

/** Checks a unified social credit code (GB 32100), the organisation code inside it (GB 11714) first. */
export const checkUscc = (text: string): UsccCheck => {
  if (text.length !== 18) return { ok: false, position: Math.min(text.length, 18) + 1, reason: 'length' }
  // Not the whole text's toUpperCase(): ﬀ would become two letters of the alphabet.
  const value = text.replace(/[a-z]/g, (letter) => letter.toUpperCase())
  const stray = [...value].findIndex((character, at) => !(isDivision(at) ? digits : alphabet).includes(character))
  if (stray >= 0) return { ok: false, position: stray + 1, reason: 'character' }
  const inner = organisationCheckCharacter(value.slice(8, 16))
  if (value[16] !== inner) return { ok: false, position: 17, reason: 'check-character', expected: inner }
  const outer = checkCharacter(value)
  if (value[17] !== outer) return { ok: false, position: 18, reason: 'check-character', expected: outer }
  return { ok: true, value, kind: kinds[value.slice(0, 2)] ?? 'other', division: value.slice(2, 8) }
}

const digits = '0123456789'

/** Without I, O, Z, S and V, which look like digits or like each other. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

const isDivision = (at: number) => at >= 2 && at < 8

const kinds: Record<string, OrganisationKind> = {
  '11': 'state-organ', // 机关
  '12': 'public-institution', // 事业单位
  '13': 'mass-organisation', // 中央编办直接管理编制的群众团体
  '51': 'social-group', // 社会团体
  '52': 'social-service-organisation', // 民办非企业单位
  '53': 'foundation', // 基金会
  '91': 'enterprise', // 企业
}

const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]

const checkCharacter = (value: string) =>
  alphabet[(31 - (weights.reduce((sum, weight, at) => sum + weight * alphabet.indexOf(value[at]!), 0) % 31)) % 31]!

const organisationWeights = [3, 7, 9, 10, 5, 8, 4, 2]

/** GB 11714 counts letters as A = 10 … Z = 35; a check value of 10 is written X, 11 is written 0. */
const organisationCheckCharacter = (code: string) => {
  const sum = organisationWeights.reduce((sum, weight, at) => sum + weight * parseInt(code[at]!, 36), 0)
  return '0123456789X0'[11 - (sum % 11)]!
}
