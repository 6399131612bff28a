import { existsSync } from 'node:fs'
import { createData, dataVersion, handOver, removeHalfMade } from './data.ts'
import { OtherPostgresVersion } from './errors.ts'
import { lockFolder } from './folder-lock.ts'
import { openFolder } from './folder.ts'
import { stopOrphan } from './orphan.ts'
import { startPostmaster } from './postmaster.ts'
import { findPrograms, type Exit } from './programs.ts'

export type ClusterOptions = {
  /** Made when missing; holds `data`, `postgres.log` and the lock. One process at a time runs the cluster in it. */
  dir: string
  /** Of the superuser `wushe`. It is set when the cluster is made; later starts must give the same one. */
  password: string
  /** Where it listens; chosen anew at every start when it is not given. */
  port?: number
  /** PostgreSQL's parameters, over ours (`settings.ts`). They hold for this run and are written nowhere. */
  settings?: Record<string, string | number>
  /** Hears what the launcher does, a sentence at a time. PostgreSQL's own log is `dir/postgres.log`. */
  log?: (line: string) => void
}

export type Cluster = {
  /** Address of a database (`postgres` unless told otherwise), as the superuser unless told otherwise. */
  url(database?: string, as?: { user: string; password: string }): string
  /** PostgreSQL listens on 127.0.0.1 only. */
  port: number
  /** Of the postmaster. */
  pid: number
  dir: string
  /** Ends all connections, writes a checkpoint and waits: 10 s at most, then without the checkpoint. */
  stop(): Promise<void>
  /** Resolves when PostgreSQL has ended, asked or not. */
  exited: Promise<Exit>
}

/**
 * Starts PostgreSQL on the cluster in `dir`; the first start makes it. When this process ends without `stop()`, for
 * whatever reason, PostgreSQL shuts itself down.
 *
 * Rejects with FolderInUse, FolderNotOurs, OtherPostgresVersion, PostgresMissing or PostgresFailed.
 */
export const startCluster = async (options: ClusterOptions): Promise<Cluster> => {
  const { password, port: wanted, settings = {}, log = () => {} } = options
  const folder = openFolder(options.dir)
  const unlock = lockFolder(folder)
  try {
    const programs = findPrograms(folder)
    await removeHalfMade(folder)
    if (existsSync(folder.data)) {
      const found = dataVersion(folder)
      if (found !== programs.major) throw new OtherPostgresVersion(folder.data, found, programs.major)
      await stopOrphan(folder, log)
      handOver(folder)
    } else {
      await createData(folder, programs, { password, durable: settings['fsync'] !== 'off', log })
    }
    const postmaster = await startPostmaster(folder, programs, {
      ...{ settings, log },
      ...(wanted !== undefined && { choosePort: async () => wanted }),
    })
    const { port, pid } = postmaster
    const exited = postmaster.exited.finally(unlock)
    return {
      url: (database = 'postgres', as = { user: 'wushe', password }) =>
        `postgres://${encodeURIComponent(as.user)}:${encodeURIComponent(as.password)}` +
        `@127.0.0.1:${port}/${encodeURIComponent(database)}`,
      port,
      pid,
      dir: folder.path,
      stop: async () => {
        await postmaster.stop()
        await exited
      },
      exited,
    }
  } catch (error) {
    unlock()
    throw error
  }
}
