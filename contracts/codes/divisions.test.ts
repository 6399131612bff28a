import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { divisionName, divisionsUnder, isKnownDivision } from './divisions.ts'

const file = readFileSync(new URL('./divisions-2023.csv.gz', import.meta.url))
const [header, ...lines] = gunzipSync(file).toString().trimEnd().split('\n')

test.each([
  ['65', '新疆维吾尔自治区'],
  ['659002', '阿拉尔市'],
  ['450202', '城中区'],
  ['450205', '柳北区'],
  ['371722', '单县'],
  ['430112', '望城区'],
  ['659002003', '青松路街道'],
  ['659002002', '幸福路街道'],
  ['371722002', '南城街道'],
  ['371722003', '园艺街道'],
  ['110000', '北京市'],
  ['350100', '福州市'],
])('%s is %s', (code, name) => {
  expect(divisionName(code)).toBe(name)
  expect(isKnownDivision(code)).toBe(true)
})

test.each(['', '6', '65900', '659999', '659002999', '999999', '000000', '659002003,', '659002003\n', 'toString'])(
  '%p is in no release',
  (code) => {
    expect(divisionName(code)).toBeUndefined()
    expect(isKnownDivision(code)).toBe(false)
  },
)

test("a community's 12 digits are known by their township", () => {
  expect(isKnownDivision('659002003001')).toBe(true)
  expect(isKnownDivision('659002999001')).toBe(false)
  expect(divisionName('659002003001')).toBeUndefined()
})

test('Alar has twenty township divisions, in ascending order', () => {
  const found = divisionsUnder('659002', 9)
  expect(found).toHaveLength(20)
  expect(found).toEqual(found.toSorted())
  expect([found[0], found[19]]).toEqual(['659002001', '659002518'])
})

test('a level is listed under any prefix, and nothing under one that is not there', () => {
  expect(divisionsUnder('', 2)).toHaveLength(31)
  expect(divisionsUnder('65', 2)).toEqual(['65'])
  expect(divisionsUnder('659002', 6)).toEqual(['659002'])
  expect(divisionsUnder('99', 9)).toEqual([])
})

test('every line of the release is found by its code', () => {
  expect(header).toBe('code,name')
  expect(lines).toHaveLength(44_703)
  for (const line of lines) {
    const [code, name] = line.split(',') as [string, string]
    if (divisionName(code) !== name) throw new Error(`${code} is ${divisionName(code)}, not ${name}.`)
  }
  expect(lines).toEqual(lines.toSorted())
})

test('the release takes at most 400 kB in the repository', () => {
  expect(file.length).toBeLessThanOrEqual(400_000)
})
