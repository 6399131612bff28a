import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { copyOfTheTree } from './copy-of-the-tree.fixture.ts'

const root = join(import.meta.dirname, '..')
const copy = copyOfTheTree()
afterAll(copy.remove)

const config = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
  forbidden: { name: string; comment: string }[]
}

/** For each rule, files that break it and no other rule. */
const planted: Record<string, Record<string, string>> = {
  'slice-knows-contract-types': { 'packages/slice/src/p01.ts': `import 'express'` },
  'slice-knows-contract-types-not-values': {
    'packages/slice/src/p02.ts': `import * as contract from '@wushe/contracts'\nexport default contract`,
  },
  'hashes-for-api-keys-only': { 'packages/slice/src/p03.ts': `import 'node:crypto'` },
  'a-slice-knows-its-own': { 'services/access/src/organisation/p04.ts': `import '@wushe/service-host'` },
  'the-words-of-a-service-know-contracts': { 'services/access/src/p05.ts': `import './organisation/api-keys.ts'` },
  'a-read-model-knows-no-aggregate': {
    'services/access/src/p06/p06.ts': `import { organisation } from '../organisation/organisation.ts'\nexport const p06 = projection('p06', organisation)`,
  },
  'service-ts-knows-slices-and-host': { 'services/p07/src/service.ts': `import '@wushe/event-store'` },
  'services-meet-only-in-contracts': { 'services/p08/src/p08.test.ts': `import '../../access/src/service.ts'` },
  'event-store-knows-slice': { 'packages/event-store/src/p09.ts': `import '@wushe/feed'` },
  'evidence-knows-slice': { 'packages/evidence/src/p10.ts': `import '@wushe/event-store'` },
  'embedded-postgres-knows-nobody': { 'packages/embedded-postgres/src/p11.ts': `import '@wushe/slice'` },
  'embedded-kafka-knows-nobody': { 'packages/embedded-kafka/src/p19.ts': `import '@wushe/slice'` },
  'docs-site-knows-nobody': { 'packages/docs-site/src/p20.ts': `import '@wushe/slice'` },
  'feed-knows-slice-and-event-store-and-contracts': { 'packages/feed/src/p12.ts': `import '@wushe/vault'` },
  'vault-knows-slice-and-evidence': { 'packages/vault/src/p13.ts': `import '@wushe/event-store'` },
  'sdk-knows-contract-types': { 'packages/sdk/src/p20.ts': `import 'node:crypto'` },
  'packages-know-no-service': {
    'packages/service-host/src/p14.ts': `import '../../../services/access/src/service.ts'`,
  },
  'contracts-know-nobody': { 'contracts/codes/p15.ts': `import '@wushe/slice'` },
  'no-cycles': {
    'packages/service-host/src/p16.ts': `import './p17.ts'`,
    'packages/service-host/src/p17.ts': `import './p16.ts'`,
  },
  'everything-resolves': { 'packages/service-host/src/p18.ts': `import './nowhere.ts'` },
}

const broken = rulesBrokenInACopy()

test('nothing in the tree breaks the architecture', () => {
  expect(cruise(root).map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([])
})

test.each(config.forbidden.map(({ name, comment }) => [name, comment]))('whoever breaks %s is caught: %s', (name) => {
  const files = Object.keys(planted[name] ?? {})
  expect(new Set(files.flatMap((file) => broken.get(file) ?? []))).toEqual(new Set([name]))
})

test('every rule is a sentence of docs/architecture.md', () => {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8').replaceAll(/\s+/g, ' ')
  expect(config.forbidden.map(({ comment }) => comment).filter((sentence) => !page.includes(sentence))).toEqual([])
})

function rulesBrokenInACopy(): Map<string, string[]> {
  for (const [file, text] of Object.values(planted).flatMap((files) => Object.entries(files))) {
    mkdirSync(dirname(join(copy.folder, file)), { recursive: true })
    writeFileSync(join(copy.folder, file), text)
  }
  const found = new Map<string, string[]>()
  for (const { rule, from } of cruise(copy.folder)) found.set(from, [...(found.get(from) ?? []), rule.name])
  return found
}

type Violation = { rule: { name: string }; from: string; to: string }

function cruise(cwd: string): Violation[] {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const folders = ['contracts', 'packages', 'services', 'scripts']
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [program, ...folders, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
    { cwd, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, NODE_OPTIONS: '' } },
  )
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser failed: ${stderr}`)
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations
}
