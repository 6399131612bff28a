import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folders = ['acceptance', 'bench', 'contracts', 'docs', 'packages', 'services', 'scripts']

/** The tree in a temporary folder: its workspaces are linked among themselves, other packages are the real tree's. */
export function copyOfTheTree(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'wushe-tree-'))
  for (const name of [
    ...folders.filter((name) => existsSync(join(root, name))),
    ...globSync(['*.json', '*.js', '.*.cjs', '.swcrc', '.prettier*'], { cwd: root }),
  ])
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: (path) => !path.endsWith('/node_modules') })
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@wushe') symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  // These links are relative: they lead into the copy.
  cpSync(join(root, 'node_modules/@wushe'), join(folder, 'node_modules/@wushe'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  for (const own of globSync('{packages,services}/*/node_modules', { cwd: root }))
    if (!existsSync(join(folder, own))) symlinkSync(join(root, own), join(folder, own))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
