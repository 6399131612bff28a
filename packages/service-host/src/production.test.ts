import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { readConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'wushe-production-'))
afterAll(() => rmSync(folder, { recursive: true }))

const secret = () => randomBytes(32).toString('hex')
const good = {
  NODE_ENV: 'production',
  DATABASE_URL: `postgres://wushe_access:${secret()}@db/wushe_access`,
  VAULT_DATABASE_URL: `postgres://wushe_vault:${secret()}@db/wushe_vault`,
  VAULT_MASTER_KEY: secret(),
  CURSOR_SECRET: secret(),
  HOST: '0.0.0.0',
  PUBLIC_URL: 'https://api.example.org',
  AUTH_ISSUERS: 'https://login.example.org',
}
const read = (change: Record<string, string | undefined> = {}) => readConfig({ ...good, ...change }, ['access'])
const fileOf = (mode: number) => {
  const file = join(folder, `key-${mode.toString(8)}`)
  writeFileSync(file, secret())
  chmodSync(file, mode)
  return { VAULT_MASTER_KEY: undefined, VAULT_MASTER_KEY_FILE: file }
}

test('production starts with secrets that nobody can guess and issuers behind TLS', () => {
  expect(read()).toMatchObject({ publicUrl: good.PUBLIC_URL, issuers: [{ issuer: good.AUTH_ISSUERS }] })
  for (let n = 0; n < 200; n++) read({ VAULT_MASTER_KEY: secret() })
})

test.each([
  ['VAULT_MASTER_KEY', '0'.repeat(64)],
  ['CURSOR_SECRET', '0123456789abcdef'.repeat(4)],
  ['DATABASE_URL', 'postgres://postgres:postgres@db/wushe'],
  ['VAULT_DATABASE_URL', 'postgres://wushe_vault:change-me@db/wushe'],
  ['KAFKA_PASSWORD', 'secret'],
])('production does not start on a default secret in %s', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(`${name} holds a secret that can be guessed`)
  expect(() => read({ [name]: value, NODE_ENV: undefined })).not.toThrow()
})

test('production does not start on a key file that everybody may read', () => {
  expect(() => read(fileOf(0o644))).toThrow(/VAULT_MASTER_KEY_FILE names a file that everybody .+ chmod o-r/)
  expect(() => read(fileOf(0o640))).not.toThrow()
  expect(() => read({ ...fileOf(0o644), NODE_ENV: undefined })).not.toThrow()
})

test.each([
  ['PUBLIC_URL', 'http://api.example.org'],
  ['AUTH_ISSUERS', 'http://login.example.org'],
  ['AUTH_ISSUERS', '[{"issuer":"https://login.example.org","jwks":"http://login.example.org/keys"}]'],
])('production does not start with %s=%s, an issuer without TLS', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(`${name} names an issuer without TLS, http://`)
  expect(() => read({ [name]: value, NODE_ENV: undefined })).not.toThrow()
})

test('an issuer on this machine needs no TLS, and who listens to the world says where it is reached', () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]'])
    expect(() => read({ PUBLIC_URL: `http://${host}:8080` })).not.toThrow()
  expect(() => read({ PUBLIC_URL: undefined })).toThrow('PUBLIC_URL names an issuer without TLS, http://0.0.0.0')
  expect(() => read({ PUBLIC_URL: undefined, HOST: '127.0.0.1' })).not.toThrow()
})

test('everything that is wrong is said at once', () => {
  const wrong = { PUBLIC_URL: 'http://api.example.org', CURSOR_SECRET: '0'.repeat(64), TRUSTED_PROXIES: 'everybody' }
  for (const name of ['PUBLIC_URL', 'CURSOR_SECRET', 'TRUSTED_PROXIES']) expect(() => read(wrong)).toThrow(name)
})

test.each(['[', '[{"audience":"x"}]', '[null]', 'login.example.org', '{}'])('AUTH_ISSUERS=%s is refused', (text) =>
  expect(() => read({ AUTH_ISSUERS: text })).toThrow('AUTH_ISSUERS is neither'),
)

test('the process itself ends with code 2 and the sentence, before it touches anything', () => {
  const main = join(import.meta.dirname, '../../../services/access/src/main.ts')
  const env = { ...process.env, ...good, NODE_OPTIONS: '', VAULT_MASTER_KEY: 'ab'.repeat(32) }
  const { status, stdout } = spawnSync(process.execPath, [main], { env, encoding: 'utf8' })
  expect([status, stdout]).toEqual([2, expect.stringContaining('VAULT_MASTER_KEY holds a secret that can be guessed')])
}, 30_000)
