import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Makes the links that the package's install script would have made, where it was not run and we may write. */
export const linkLibraries = (native: string) => {
  for (const { source, target } of listedLinks(native)) {
    const link = join(native, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(basename(source), link)
    } catch {
      // Another start made it first, or node_modules is not ours to write: whether it matters shows when we run it.
    }
  }
}

/** Makes them in a folder of our own, and returns the variables that let the programs find it. */
export const linkLibrariesInto = (lib: string, native: string) => {
  rmSync(lib, { recursive: true, force: true })
  mkdirSync(lib)
  for (const { source, target } of listedLinks(native)) {
    symlinkSync(join(native, source), join(lib, basename(target)))
  }
  return { LD_LIBRARY_PATH: lib, DYLD_LIBRARY_PATH: lib }
}

/** Copies the package to where every account can enter. The copy is root's: no other account can change what we run. */
export const copyForAccount = (native: string, copy: string) => {
  if (existsSync(copy)) return copy
  const half = `${copy}.new-${process.pid}`
  const script = 'umask 022 && mkdir -p "$(dirname "$2")" && cp -R "$1" "$2" && chmod -R a+rX "$2"'
  const copied = spawnSync('/bin/sh', ['-c', script, 'sh', native, half], { encoding: 'utf8' })
  if (copied.status !== 0) throw new Error(`copying it to ${copy} failed: ${copied.stderr.trim()}`)
  linkLibraries(half)
  try {
    renameSync(half, copy)
  } catch {
    // Another start finished its copy first.
    rmSync(half, { recursive: true })
  }
  return copy
}

/** The package lists them from its root, as `native/lib/…`; here they count from `native`, whatever a copy is called. */
const listedLinks = (native: string) => {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return []
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  const inside = (path: string) => path.replace(/^native\//, '')
  return links.map(({ source, target }) => ({ source: inside(source), target: inside(target) }))
}
