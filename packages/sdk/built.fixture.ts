import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')
const names = ['openapi-fetch', 'openapi-typescript-helpers']

/** Somebody else's project, outside this repository, who installed the built package. */
export const aProjectThatHasIt = () => {
  const folder = mkdtempSync(join(tmpdir(), 'wushe-sdk-'))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@wushe'), { recursive: true })
  for (const name of names) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  execFileSync(process.execPath, [join(import.meta.dirname, 'build.ts'), join(folder, 'dist')], { stdio: 'pipe' })
  cpSync(join(folder, 'dist'), join(modules, '@wushe/sdk'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** For browsers, in one file and without blanks, as a front end would ship it. */
export const bundled = async (folder: string, program = `export * from '@wushe/sdk'`): Promise<string> => {
  const entry = join(folder, 'entry.js')
  writeFileSync(entry, program)
  const outfile = join(folder, 'bundle.js')
  await build({ entryPoints: [entry], outfile, bundle: true, minify: true, format: 'esm', platform: 'browser' })
  return readFileSync(outfile, 'utf8')
}
