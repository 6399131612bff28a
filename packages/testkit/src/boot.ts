import { randomBytes, randomUUID } from 'node:crypto'
import type { ServiceName } from '@wushe/contracts'
import type { Credentials, Host, RunOptions, Service } from '@wushe/service-host'
import { makeApiKey } from '@wushe/slice'
import { seen } from './seen.ts'

export type Answer = { status: number; body: any; headers: Headers; etag: string | null; syncToken: string | null }
export type Api = {
  orgId: string
  key: string
  get: (path: string, headers?: Record<string, string>) => Promise<Answer>
  /** A POST with an Idempotency-Key of its own and `If-Match: *`, unless the headers say otherwise. */
  post: (path: string, body: unknown, headers?: Record<string, string | undefined>) => Promise<Answer>
}
export type Booted = {
  url: string
  host: Host
  operator: Api
  /** Another organisation with a key of its own. */
  organisation: (kind: 'contractor' | 'funder', name?: string) => Promise<Api>
  anonymous: Api
  withKey: (key: string) => Api
  /** The same organisation with another key: what needs two hands is done with it. */
  anotherHand: (of: Api) => Promise<Api>
  restart: () => Promise<void>
  /** Some of the services once more, beside the first, on the same databases. */
  alongside: (services: readonly Service[], options?: Partial<RunOptions>) => Promise<Host>
  stop: () => Promise<void>
}

/** Whole services on the real PostgreSQL of this test run, in databases of their own, behind real HTTP. */
export async function boot(services: readonly Service[], options: Partial<RunOptions> = {}): Promise<Booted> {
  // Most tests use the testkit without any of this, and would each load it for a second.
  const { act, caughtUp, databaseOf, prepareDatabases, run } = await import('@wushe/service-host')
  const { answerViolations } = await import('@wushe/contracts/openapi-check')
  const { Client } = await import('pg')
  const admin = process.env['WUSHE_TEST_POSTGRES']
  if (!admin) throw new Error('WUSHE_TEST_POSTGRES is not set; jest sets it when it starts.')
  const prefix = `t${randomUUID().replaceAll('-', '').slice(0, 12)}`
  const passwords = Object.fromEntries(
    ['vault', 'access', 'case', 'volunteer', 'resources', 'reporting'].map((name) => [
      name,
      randomBytes(12).toString('hex'),
    ]),
  ) as Credentials
  await prepareDatabases(admin, passwords, prefix)
  const urlOf = (name: keyof Credentials) =>
    databaseOf(admin, `${prefix}_${name}`, { user: `${prefix}_${name}`, password: passwords[name] })
  const master = randomBytes(32)
  const cursorSecret = randomBytes(32)
  // `npm run test:eventstore` sets it.
  const eventStoreUrl = process.env['WUSHE_TEST_EVENTSTORE']
  const start = (port: number, which = services, more: Partial<RunOptions> = {}) =>
    run(which, {
      ...(eventStoreUrl && { eventStoreUrl: () => eventStoreUrl }),
      port,
      databaseUrl: (name: ServiceName) => urlOf(name),
      vaultUrl: urlOf('vault'),
      master,
      cursorSecret,
      validateAnswers: answerViolations,
      ...options,
      log: (line) => {
        if ('operation' in line) seen(line)
        options.log?.(line)
      },
      ...more,
    })

  const booted = { host: await start(options.port ?? 0) }
  const api = (orgId: string, key: string): Api => {
    const call = async (
      method: string,
      path: string,
      body: unknown,
      headers: Record<string, string | undefined>,
    ): Promise<Answer> => {
      const given = Object.entries({
        ...(key && { authorization: `Bearer ${key}` }),
        'accept-language': 'en',
        ...headers,
      })
      const response = await fetch(booted.host.url + path, {
        method,
        headers: Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined)),
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const { status, headers: shown } = response
      const parsed = text ? JSON.parse(text) : undefined
      for (const { code } of parsed?.warnings ?? []) seen({ code })
      const wrong = answerViolations({ method, path, status, headers: shown, body: parsed })
      if (wrong.length > 0) throw new Error(`An answer is not as the contract says: ${wrong.join('; ')}`)
      return {
        status,
        body: parsed,
        headers: shown,
        etag: response.headers.get('etag'),
        syncToken: response.headers.get('sync-token')?.split(';')[0] ?? null,
      }
    }
    return {
      orgId,
      key,
      get: (path, headers = {}) => call('GET', path, undefined, headers),
      post: (path, body, headers = {}) =>
        call('POST', path, body, {
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
          'if-match': '*',
          ...headers,
        }),
    }
  }
  const issued = async (orgId: string, label: string) => {
    const chance = randomBytes(32).toString('hex')
    const keyId = await act(
      booted.host,
      'issueApiKey',
      { path: { organisationId: orgId }, body: { label } },
      { key: `key ${orgId} ${label}`, chance },
    )
    await caughtUp(booted.host)
    return api(orgId, makeApiKey(keyId, chance).text)
  }
  let made = 0
  const organisation = async (kind: 'operator' | 'contractor' | 'funder', name = `${kind} ${++made}`) => {
    const orgId = await act(
      booted.host,
      'registerOrganisation',
      { body: { kind, name } },
      { key: `register ${kind} ${name}` },
    )
    return issued(orgId, name)
  }

  return {
    get url() {
      return booted.host.url
    },
    get host() {
      return booted.host
    },
    operator: await organisation('operator'),
    organisation,
    anonymous: api('', ''),
    withKey: (key) => api('', key),
    anotherHand: (of) => issued(of.orgId, `another hand ${++made}`),
    alongside: (which, more) => start(0, which, { alone: true, ...more }),
    restart: async () => {
      const port = Number(new URL(booted.host.url).port)
      await booted.host.stop()
      booted.host = await start(port)
    },
    stop: async () => {
      await booted.host.stop()
      const client = new Client({ connectionString: admin })
      await client.connect()
      for (const name of Object.keys(passwords)) {
        await client.query(`drop database if exists ${prefix}_${name} with (force)`)
        await client.query(`drop role if exists ${prefix}_${name}`)
      }
      await client.end()
    },
  }
}
