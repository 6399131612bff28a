import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ServiceName } from '@wushe/contracts'
import { databaseOf, readDatabaseUrl } from '@wushe/service-host'
import { secretsOf } from './secrets.ts'

/** The default of --data. */
export const dataFolder = join(import.meta.dirname, '../.data')

/** Address of a service's database: what DATABASE_URL says, or that of the product that runs on the data folder. */
export const databaseUrlOf = (service: ServiceName, folder: string): string => {
  const given = readDatabaseUrl(process.env, service)
  if (given) return given
  const dir = resolve(folder)
  const user = `wushe_${service}`
  return databaseOf(`postgres://127.0.0.1:${portOf(dir)}/`, user, { user, password: secretsOf(dir).roles[service] })
}

const portOf = (dir: string): number => {
  try {
    return Number(readFileSync(join(dir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[3])
  } catch {
    throw new Error(`Nothing runs on ${dir}. Start it first (scripts/start --data '${dir}'), or set DATABASE_URL.`)
  }
}
