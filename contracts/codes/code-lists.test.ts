import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { codeLists, type CodeList } from './code-lists.ts'

const folder = new URL('./', import.meta.url)
const files = readdirSync(folder).filter((file) => file.endsWith('.json'))

test('every list in the folder can be had by its name', () => {
  expect(Object.keys(codeLists).sort()).toEqual(files.map((file) => file.replace('.json', '')).sort())
})

test.each(files)('%s has name, version, source, and codes of one shape without a repetition', (file) => {
  const list = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as CodeList
  expect(Object.keys(list)).toEqual(['list', 'version', 'source', 'codes'])
  expect(`${list.list}.json`).toBe(file)
  for (const text of [list.version, list.source]) expect(text).toMatch(/\S/)
  expect(list.codes.length).toBeGreaterThan(1)
  for (const one of list.codes) {
    expect(Object.keys(one)).toEqual(['code', 'zh', 'en'])
    expect(one.code).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/)
    expect(one.zh).toMatch(/^\p{Script=Han}/u)
    expect(one.en).toMatch(/^[A-Z]/)
  }
  for (const key of ['code', 'zh', 'en'] as const) {
    expect(new Set(list.codes.map((one) => one[key])).size).toBe(list.codes.length)
  }
})

test('the nine situations of mandatory reporting and domestic violence are there in order', () => {
  const grounds = codeLists['mandatory-report-grounds'].codes.map(({ code }) => code)
  expect(grounds).toEqual(['MR1', 'MR2', 'MR3', 'MR4', 'MR5', 'MR6', 'MR7', 'MR8', 'MR9', 'DV'])
})
