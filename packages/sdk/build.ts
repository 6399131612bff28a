// Makes the folder that is published: `npm run build -w packages/sdk`, then `npm publish packages/sdk/dist`. The types of
// the contract come into it as files of its own, so that it stands without this repository.
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join, resolve } from 'node:path'

const here = import.meta.dirname
const root = join(here, '../..')
const dist = resolve(process.argv[2] ?? join(here, 'dist'))

rmSync(dist, { recursive: true, force: true })
mkdirSync(join(dist, 'src'), { recursive: true })
for (const file of globSync('src/*.ts', { cwd: here }))
  if (!/\.(test|fixture)\.ts$/.test(file)) cpSync(join(here, file), join(dist, file))
cpSync(join(root, 'contracts/generated/client.ts'), join(dist, 'src/contract.ts'))
for (const file of ['http.ts', 'problems.ts']) cpSync(join(root, 'contracts/generated', file), join(dist, 'src', file))
for (const file of [join(here, 'README.md'), join(root, 'LICENSE'), join(root, 'NOTICE')])
  cpSync(file, join(dist, basename(file)))

const { name, version, license, type, dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
const entry = { types: './index.d.ts', default: './index.js' }
const manifest = {
  ...{ name, version, license, type, dependencies },
  description: 'Wushe 五社: the API of government-purchased social work, from Node and browsers',
  engines: { node: '>=20' },
  sideEffects: false,
  exports: { '.': entry },
}
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)

const compiler = createRequire(import.meta.url).resolve('@typescript/native/package.json')
const settings = {
  compilerOptions: {
    ...{ target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'], types: [] },
    ...{ module: 'nodenext', moduleResolution: 'nodenext', verbatimModuleSyntax: true, strict: true },
    ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, rewriteRelativeImportExtensions: true },
    ...{ rootDir: 'src', outDir: '.', declaration: true },
  },
  files: ['src/index.ts'],
}
writeFileSync(join(dist, 'tsconfig.json'), JSON.stringify(settings))
execFileSync(process.execPath, [join(compiler, '../bin/tsc'), '-p', dist], { stdio: 'inherit' })
for (const scaffold of ['tsconfig.json', 'src']) rmSync(join(dist, scaffold), { recursive: true })
