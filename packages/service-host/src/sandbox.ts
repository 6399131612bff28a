import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@wushe/contracts'
import { Client } from 'pg'
import { hostAt, type Host, type Hosted, type RunOptions } from './run.ts'
import { ofTokens } from './sandbox-tokens.ts'
import type { Service } from './service.ts'
import { databaseOf, prepareDatabases, type Credentials } from './setup.ts'
import { answerUnavailable } from './unavailable.ts'

/** What a service of a sandbox knows of it. */
export type Sandbox = {
  /** By how many milliseconds its clock is ahead of ours. */
  ahead: () => number
  moveTo: (now: Date) => Promise<void>
  /** Everything is as it was at the beginning, and the clock is ours again. */
  reset: () => Promise<void>
}

/** The sandbox as the live services stand beside it: it takes what is meant for it, and begins with the first of that. */
export type SandboxDoor = {
  takes: (req: IncomingMessage) => boolean
  serve: (req: IncomingMessage, res: ServerResponse) => void
  stop: () => Promise<void>
}
export type OpenSandbox = (at: { url: string; publicUrl?: string | undefined; closing: AbortSignal }) => SandboxDoor

export type SandboxOptions = Pick<RunOptions, 'validateAnswers' | 'log' | 'webhooksToLoopback'> & {
  /** The cluster's owner: a reset drops databases and makes them again. */
  adminUrl: string
  /** Begins the names of its databases and roles. */
  prefix?: string
  /** What all of its secrets are made of. */
  secret: string
  /**
   * Puts into it what it holds at the beginning, and leaves alone what is there already. Answers the day on which the keys
   * with which it began expire: soon before that, it begins anew.
   */
  seed: (host: Pick<Host, 'services'>) => Promise<string>
}

/**
 * The services once more in the same process, with databases, a vault, secrets and a clock of their own, so that
 * nothing of it can reach a live log. Takes requests with a key `wsk_test_…` or a token of its own, and all under
 * /sandbox/.
 */
export const sandboxOf =
  (services: readonly Service[], options: SandboxOptions): OpenSandbox =>
  ({ url, publicUrl = url, closing }) => {
    const { adminUrl, prefix = 'wushe_sandbox', secret, seed, log, ...rest } = options
    const secretFor = (what: string) => createHmac('sha256', secret).update(`sandbox ${what}`).digest()
    const names = [...services.map(({ name }) => name), 'vault'] as (keyof Credentials)[]
    const passwords = Object.fromEntries(names.map((name) => [name, secretFor(name).toString('hex')])) as Credentials
    const urlOf = (name: keyof Credentials) =>
      databaseOf(adminUrl, `${prefix}_${name}`, { user: `${prefix}_${name}`, password: passwords[name] })
    const clock = clockIn(databaseOf(adminUrl, `${prefix}_vault`))

    let ahead = 0
    let current: Promise<Hosted> | undefined
    let resetting: Promise<unknown> | undefined
    let ending = new AbortController()
    /** Requests on their way, and those of them that wait for a reset. */
    const under = { way: 0, reset: 0 }

    const begin = async (): Promise<Hosted> => {
      await prepareDatabases(adminUrl, passwords, prefix)
      ahead = await clock.read()
      ending = new AbortController()
      const hosted = await hostAt(
        services,
        {
          ...rest,
          port: 0,
          poolSize: 2,
          databaseUrl: (name: ServiceName) => urlOf(name),
          vaultUrl: urlOf('vault'),
          master: secretFor('master'),
          cursorSecret: secretFor('cursors'),
          publicUrl: `${publicUrl}/sandbox`,
          sandbox: self,
          ...(log && { log: (line) => log({ ...line, sandbox: true }) }),
        },
        { url: `${url}/sandbox`, closing: AbortSignal.any([closing, ending.signal]) },
      )
      try {
        const soon = new Date(Date.now() + ahead + 30 * 86_400_000).toISOString()
        return (await seed(hosted)) < soon ? await beginAnew(hosted) : hosted
      } catch (error) {
        await hosted.stop()
        throw error
      }
    }
    const opened = () => {
      current ??= begin()
      current.catch(() => (current = undefined))
      return current
    }
    const beginAnew = async (before: Hosted) => {
      ending.abort()
      for (let tries = 0; under.way > under.reset && tries < 200; tries++) await pause(25)
      await before.stop()
      await Promise.all(names.map((name) => as(databaseOf(adminUrl, `${prefix}_${name}`), emptied)))
      return begin()
    }
    const self: Sandbox = {
      ahead: () => ahead,
      moveTo: async (now) => {
        ahead = now.getTime() - Date.now()
        await clock.write(ahead)
      },
      reset: async () => {
        under.reset++
        try {
          resetting ??= (current = current!.then(beginAnew)).finally(() => (resetting = undefined))
          await resetting
        } finally {
          under.reset--
        }
      },
    }

    return {
      takes: isForSandbox,
      serve: (req, res) => {
        req.url = insideOf(req.url!) ?? req.url!
        opened().then(
          ({ serve }) => {
            under.way++
            res.once('close', () => under.way--)
            serve(req, res)
          },
          (error: unknown) => {
            log?.({ line: `The sandbox cannot be opened: ${(error as Error).message}` })
            answerUnavailable(req, res)
          },
        )
      },
      stop: async () => {
        const hosted = await current?.catch(() => undefined)
        await hosted?.stop()
      },
    }
  }

/** The address without what says that the sandbox is meant: in front, or at the end where RFC 8414 puts it. */
const insideOf = (url: string) =>
  /^\/sandbox(\/.*)$/s.exec(url)?.[1] ?? /^(\/\.well-known\/oauth-authorization-server)\/sandbox$/.exec(url)?.[1]

const isForSandbox = ({ url = '', headers: { authorization = '' } }: IncomingMessage) => {
  if (insideOf(url) !== undefined) return true
  const [, test, header] = /^Bearer +(?:(wsk_test_)|([\w-]+)\.)/i.exec(authorization) ?? []
  return test !== undefined || (header !== undefined && Buffer.from(header, 'base64url').includes(`"kid":"${ofTokens}`))
}

/** The clock outlives the process. */
const clockIn = (url: string) => ({
  read: () =>
    as(url, async (client) => {
      await client.query('create table if not exists sandbox_clock (one boolean primary key, ahead_ms bigint not null)')
      const { rows } = await client.query<{ ahead: string }>('select ahead_ms as ahead from sandbox_clock')
      return Number(rows[0]?.ahead ?? 0)
    }),
  write: (ahead: number) =>
    as(url, (client) =>
      client.query(
        'insert into sandbox_clock values (true, $1) on conflict (one) do update set ahead_ms = excluded.ahead_ms',
        [ahead],
      ),
    ),
})

/** Everything in the database goes; to drop it and make another would take the cluster a checkpoint each. */
const emptied = async (owner: Client) => {
  const { rows } = await owner.query<{ schemas: string }>(
    `select string_agg(format('%I', nspname), ', ') as schemas from pg_namespace
     where nspname !~ '^pg_' and nspname <> 'information_schema'`,
  )
  await owner.query(`drop schema ${rows[0]!.schemas} cascade; create schema public`)
}

async function as<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
