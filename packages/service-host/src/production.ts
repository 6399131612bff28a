import { statSync } from 'node:fs'
import type { Values } from './config.ts'
import type { Issuer } from './issuers.ts'

/**
 * What must not be in production, as sentences: secrets that somebody else may know, and issuers whose word can be
 * changed on its way. Nothing is wrong anywhere else, where one wants to try things.
 */
export const unsafe = (
  env: NodeJS.ProcessEnv,
  values: Values,
  /** The file that a variable was read from. */
  fileOf: (name: string) => string | undefined,
  issuers: readonly Issuer[] = [],
): string[] => {
  if (env['NODE_ENV'] !== 'production') return []
  const addresses = [
    ['PUBLIC_URL', values.PUBLIC_URL ?? `http://${values.HOST}`] as const,
    ...issuers.flatMap(({ issuer, jwks = issuer }) => [issuer, jwks].map((one) => ['AUTH_ISSUERS', one] as const)),
  ]
  return [
    ...secrets.flatMap((name) => {
      const file = fileOf(name)
      return [
        ...(values[name] !== undefined && guessable(values[name])
          ? [`${name} holds a secret that can be guessed: openssl rand -hex 32.`]
          : []),
        ...(file !== undefined && everybodyReads(file)
          ? [`${name}_FILE names a file that everybody on this machine may read: chmod o-r ${file}`]
          : []),
      ]
    }),
    ...addresses
      .filter(([, address]) => !safe(address))
      .map(([name, address]) => `${name} names an issuer without TLS, ${address}: give its https:// address.`),
  ]
}

const secrets = ['VAULT_MASTER_KEY', 'CURSOR_SECRET', 'DATABASE_URL', 'VAULT_DATABASE_URL', 'KAFKA_PASSWORD'] as const

/** Of an address the password; of a key whatever has less variety than 16 bytes by chance would have. */
const guessable = (value: string) => {
  if (/^[0-9a-f]{64}$/i.test(value)) return new Set(Buffer.from(value, 'hex')).size < 16
  const password = URL.canParse(value) ? decodeURIComponent(new URL(value).password) : value
  return /^(postgres|password|passw0rd|secret|admin|wushe\w*|change-?me|test|example|demo|123\d*)$/i.test(password)
}

/** Docker and Kubernetes mount secrets at /run/secrets into a container, where there is nobody else. */
const everybodyReads = (file: string) => {
  if (file.startsWith('/run/secrets/')) return false
  try {
    return (statSync(file).mode & 0o004) !== 0
  } catch {
    return false // That it cannot be read is said elsewhere.
  }
}

const safe = (address: string) => {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
