import { existsSync, readdirSync, statSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { Folder } from './folder.ts'

/** What a cluster runs with. The caller's settings come after these, and win. */
export const defaultsOf = (folder: Folder): Record<string, string | number> =>
  hasGrown(folder) && totalmem() >= 4e9 ? { ...always, ...small, ...grown } : { ...always, ...small }

/** Little memory, for a cluster of some hundred thousand events. */
const small = { shared_buffers: '96MB' }

/**
 * For a cluster of millions of events, from its next start on. Events of many streams touch pages all over its indexes,
 * and the first touch after each checkpoint writes the whole page into the journal: with a short journal that is nearly
 * every touch (measure D1).
 */
export const grown = { shared_buffers: '512MB', max_wal_size: '4GB' }

const hasGrown = ({ data }: Folder) => {
  const base = join(data, 'base')
  if (!existsSync(base)) return false
  let bytes = 0
  for (const file of readdirSync(base, { recursive: true, encoding: 'utf8' }))
    bytes += statSync(join(base, file), { throwIfNoEntry: false })?.size ?? 0
  return bytes > 2e9
}

const always = {
  max_prepared_transactions: 0,
  idle_in_transaction_session_timeout: '10s',
  timezone: 'UTC',
  jit: 'off',

  // What people entrusted to us never reaches the log. An error's text may quote a value ("invalid input syntax for
  // type uuid: …"), its detail may quote a row, its statement may hold literals; the client that caused it hears all
  // of that anyway. So statements' errors are not logged (`log` ranks above `error` here), and what is logged has no
  // detail.
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length: 0,
  log_parameter_max_length_on_error: 0,
  log_lock_waits: 'off',
  log_timezone: 'UTC',
}
