import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { aProjectThatHasIt, bundled } from './built.fixture.ts'

const root = join(import.meta.dirname, '../..')
let project: ReturnType<typeof aProjectThatHasIt>
beforeAll(() => void (project = aProjectThatHasIt()), 120_000)
afterAll(() => project?.remove())

const inProject = (program: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: project.folder, encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

test.each([
  ['typescript 7', '@typescript/native/bin/tsc', 'nodenext', 'nodenext'],
  ['typescript 6', 'typescript/bin/tsc6', 'esnext', 'bundler'],
])(
  'who installed the package compiles strictly against it, without this repository and without types of Node: %s',
  (_, compiler, module, moduleResolution) => {
    cpSync(join(import.meta.dirname, 'consumer.fixture.ts'), join(project.folder, 'program.ts'))
    const compilerOptions = {
      ...{ strict: true, noEmit: true, exactOptionalPropertyTypes: true, target: 'es2022', module, moduleResolution },
      ...{ lib: ['es2022', 'dom'], types: [] },
    }
    writeFileSync(join(project.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
    expect(inProject(process.execPath, join(root, 'node_modules', compiler), '-p', '.')).toEqual({
      status: 0,
      said: '',
    })
  },
  120_000,
)

test('a page that uses all of it loads at most 15 kB, compressed', async () => {
  const code = await bundled(project.folder)
  const { length } = gzipSync(code, { level: 9 })
  expect(code).toMatch(/createWushe/)
  expect(length).toBeGreaterThan(1000)
  expect(length).toBeLessThanOrEqual(15_000)
}, 60_000)

test('the published package depends on openapi-fetch and nothing else', () => {
  const manifest = JSON.parse(readFileSync(join(project.folder, 'node_modules/@wushe/sdk/package.json'), 'utf8'))
  expect(Object.keys(manifest.dependencies)).toEqual(['openapi-fetch'])
  expect(manifest).toMatchObject({ name: '@wushe/sdk', type: 'module', engines: { node: '>=20' } })
  expect(manifest).not.toHaveProperty('private')
})

const node20 = oldNode()
const where = node20 ? test : test.skip
where('the package runs on Node 20 (skipped where no such Node is in PATH)', () => {
  const program = `
    import { createServer } from 'node:http'
    import { createWushe, isProblem, verifyWebhook } from '@wushe/sdk'
    const server = createServer((req, res) =>
      res.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"code":"not-found","status":404}'))
    server.listen(0, '127.0.0.1', async () => {
      const wushe = createWushe({ baseUrl: 'http://127.0.0.1:' + server.address().port, apiKey: 'wsk_1' })
      const error = await wushe.get('/v1/me').catch((error) => error)
      const forged = await verifyWebhook('{}', {}, 'whsec_AAAA').catch((error) => error.name)
      console.log(process.version, isProblem(error, 'not-found'), forged)
      server.close()
    })`
  writeFileSync(join(project.folder, 'program.mjs'), program)
  expect(inProject(node20!, 'program.mjs')).toEqual({
    status: 0,
    said: expect.stringMatching(/^v20\.\S+ true WebhookRefused\n$/),
  })
})

function oldNode() {
  const there = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'))
  return there
    .filter(existsSync)
    .find((node) => /^v20\./.test(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout))
}
