import { checkCitizenId } from '@wushe/contracts/codes'
import { day } from './requests.ts'

/** Invented, with a valid check character; every seed gives another number. */
export function person(seed: number, salt: string) {
  const surname = surnames[seed % surnames.length]!
  const given = givenNames[Math.floor(seed / surnames.length) % givenNames.length]!
  const shift = salt ? [...salt].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 900, 7) : 0
  const birth = birthday(seed).replaceAll('-', '')
  const first17 = `659002${birth}${String((Math.floor(seed / 14_000) + shift) % 1000).padStart(3, '0')}`
  const check = checkCitizenId(`${first17}0`)
  return { name: surname + given, idNumber: first17 + (check.ok ? '0' : check.expected!) }
}
const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗']
const givenNames = ['安然', '晓雨', '子涵', '明远', '思琪', '嘉禾', '雨桐', '一诺', '梓萱', '浩然', '欣怡', '博文']
/** One of 14,000 days from 1970 on. */
export const birthday = (seed: number) => day('1970-01-01', seed % 14_000)
