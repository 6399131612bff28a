import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Credentials } from '@wushe/service-host'

export type Secrets = {
  postgres: string
  roles: Credentials
  master: string
  cursor: string
  keys: Record<'operator' | 'contractor' | 'funder', string>
}

/** Made once, readable by its owner only. Whoever has this file can read what is sealed in this folder. */
export function secretsOf(dir: string): Secrets {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, 'secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  if (existsSync(join(dir, 'postgres')))
    throw new Error(
      `${file} is missing, and without it the data beside it cannot be opened. Restore it from your backup, or choose another --data folder.`,
    )
  const secret = () => randomBytes(32).toString('hex')
  const secrets: Secrets = {
    postgres: secret(),
    roles: {
      vault: secret(),
      access: secret(),
      case: secret(),
      volunteer: secret(),
      resources: secret(),
      reporting: secret(),
    },
    master: secret(),
    cursor: secret(),
    keys: { operator: secret(), contractor: secret(), funder: secret() },
  }
  writeFileSync(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  chmodSync(`${file}.new`, 0o600)
  renameSync(`${file}.new`, file)
  return secrets
}
