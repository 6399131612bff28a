import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const root = join(import.meta.dirname, '..')

/** One impurity a line, in the place of a file that exists: typed rules want one. */
const impure = [
  'Date.now()',
  'new Date()',
  'Math.random()',
  'crypto.randomUUID()',
  'performance.now()',
  'globalThis.name',
  `process.env['HOME']`,
  `console.log('opened')`,
  `void fetch('https://example.org')`,
  'setTimeout(() => {}, 1)',
  `void import('node:fs')`,
]
const pure = [`new Date('2026-03-02').getTime()`, 'Math.max(1, 2)', `JSON.stringify({ console: 'a word' })`]

const slice = 'services/access/src/organisation/suspend-organisation.ts'
const host = 'packages/service-host/src/run.ts'

/** Numbers of the lines that are complained about when they stand in a file. One process, so that types load once. */
const [ofImpure, ofPure, outside] = complaints([slice, impure], [slice, pure], [host, impure])

test('whatever a slice cannot know from its arguments is caught', () => {
  expect(ofImpure).toEqual(new Set(impure.map((_, at) => at + 1)))
})

test('what depends on nothing but arguments is let through', () => {
  expect(ofPure).toEqual(new Set())
})

test('outside slices and vocabulary the clock and the network may be used', () => {
  expect(outside).toEqual(new Set())
})

function complaints(...asked: [file: string, lines: readonly string[]][]): Set<number>[] {
  const program = `
    import { ESLint } from 'eslint'
    const eslint = new ESLint()
    const lines = []
    for (const [filePath, text] of ${JSON.stringify(asked.map(([file, lines]) => [file, `${lines.join('\n')}\nexport {}\n`]))})
      for (const { messages } of await eslint.lintText(text, { filePath })) lines.push(messages.map(({ line }) => line))
    console.log(JSON.stringify(lines))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  if (!stdout) throw new Error(stderr)
  return (JSON.parse(stdout) as number[][]).map((lines) => new Set(lines))
}
