import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const find = (pattern: string) => globSync(pattern, { cwd: root, exclude: ['**/node_modules'] }).sort()

type Package = { scripts?: Record<string, string> } & Partial<
  Record<'dependencies' | 'devDependencies' | 'optionalDependencies', object>
>
const packages = find('{.,contracts,packages/*,services/*}/package.json').map(
  (file) => JSON.parse(read(file)) as Package,
)
/** What stands in backquotes at the beginning of a table's rows. */
const rowsOf = (file: string) =>
  [...read(file).matchAll(/^\| (`[^|]*`) *\|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  )

test('docs/dependencies.md has a reason for every dependency and names no other', () => {
  const named = packages.flatMap(({ dependencies, devDependencies, optionalDependencies }) =>
    Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
      (name) => !name.startsWith('@wushe/'),
    ),
  )
  expect(rowsOf('docs/dependencies.md').sort()).toEqual([...new Set(named)].sort())
})

test('CONTRIBUTING.md says of every npm script what it does', () => {
  expect(
    rowsOf('CONTRIBUTING.md')
      .filter((name) => !name.includes(' '))
      .sort(),
  ).toEqual(Object.keys(packages.find(({ scripts }) => scripts)!.scripts!).sort())
})

test('scripts/README.md lists every script', () => {
  const there = find('scripts/*')
    .map((path) => path.slice('scripts/'.length))
    .filter((name) => name !== 'README.md')
  expect(
    rowsOf('scripts/README.md')
      .map((name) => name.replace(/\/$/, ''))
      .sort(),
  ).toEqual(there)
})

// An address of a running product begins with a slash; packages/service-host/src/docs.test.ts follows those.
test('every link of a paper leads to a file', () => {
  const papers = ['*.md', 'docs/**/*.md', '{contracts,scripts,packages/*,services/*}/**/README.md'].flatMap(find)
  const links = papers.flatMap((paper) =>
    [...read(paper).matchAll(/\]\((?!https?:|\/)([^)#\s]+)/g)].map(([, to]) => ({ paper, to: to! })),
  )
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter(({ paper, to }) => !existsSync(join(root, dirname(paper), to)))).toEqual([])
})

test('a decision has a number of its own, at most a page, and every head', () => {
  const decisions = find('docs/adr/*.md')
  for (const [at, file] of decisions.entries()) {
    const text = read(file)
    expect(file).toMatch(new RegExp(`/${String(at + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`))
    expect(text).toMatch(new RegExp(`^# ${at + 1}\\. .+\n\n\\d+ \\w+ \\d{4}\n`))
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, head]) => head)).toEqual([
      'Status',
      'Context',
      'Decision',
      'Consequences',
      'What we looked at',
    ])
    expect(text.split(/\s+/).length).toBeLessThan(600)
  }
})

test('each of the fifteen failure modes has a test that carries its number', () => {
  const titles = find('{acceptance,packages}/**/*.ts').flatMap((file) =>
    [...read(file).matchAll(/failure mode (\d+): /g)].map(([, number]) => Number(number)),
  )
  expect([...new Set(titles)].sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, at) => at + 1))
})
