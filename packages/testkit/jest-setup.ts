import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCluster } from '@wushe/embedded-postgres'

/**
 * One PostgreSQL for the whole run, at the address WUSHE_TEST_POSTGRES: the one given in the environment, or the
 * embedded one in a temporary folder. The shared one never syncs to disk; tests of durability start their own.
 */
export default async () => {
  const given = process.env['WUSHE_TEST_POSTGRES'] ?? process.env['DATABASE_URL']
  if (given) {
    process.env['WUSHE_TEST_POSTGRES'] = given
    return
  }
  removeLeftovers()
  const dir = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' }
  const cluster = await startCluster({ dir, password: 'test', settings })
  process.env['WUSHE_TEST_POSTGRES'] = cluster.url()
  globalThis.stopTestPostgres = async () => {
    await cluster.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

declare global {
  var stopTestPostgres: (() => Promise<void>) | undefined
}

const prefix = 'wushe-test-postgres-'

/** A run that was interrupted leaves its folder, though not its PostgreSQL. */
const removeLeftovers = () => {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : undefined
    if (pid && !isAlive(pid)) removeIfOurs(join(tmpdir(), name))
  }
}

const removeIfOurs = (folder: string) => {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  } catch {
    // Another user's, who removes it with the next run.
  }
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
