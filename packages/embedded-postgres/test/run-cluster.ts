// A program for tests to start, interrupt and kill: `run-cluster.ts <folder> <write|hold|forget>`.
// It prints a JSON value per line: first `{ postgres: pid }` or `{ error, message }`, then what the mode says.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { startCluster, type Cluster } from '../src/index.ts'

const [folder = '', mode] = process.argv.slice(2)
// A test run that is itself killed must not leave this program behind.
process.stdin
  .on('end', () => process.exit())
  .resume()
  .unref()

const say = (value: unknown) => console.log(JSON.stringify(value))

/** Says every row that PostgreSQL has acknowledged. */
const write = async (cluster: Cluster) => {
  const [first, ...more] = await Promise.all([1, 2, 3, 4].map(() => connected(cluster)))
  await first!.query('create table if not exists facts (id bigint generated always as identity primary key)')
  for (const client of [first!, ...more]) void insertForEver(client)
}

const insertForEver = async (client: Client) => {
  for (;;) {
    const { rows } = await client.query('insert into facts default values returning id::int')
    say(rows[0].id)
  }
}

/** Ends on Ctrl-C as a service would: it first finishes some work on the database. */
const hold = async (cluster: Cluster) => {
  const client = await connected(cluster)
  process.once('SIGINT', async () => {
    await sleep(300)
    const { rows } = await client.query('select 42 as answer')
    await client.end()
    await cluster.stop()
    say(rows[0])
  })
}

const connected = async (cluster: Cluster) => {
  const client = new Client({ connectionString: cluster.url() })
  await client.connect()
  return client
}

try {
  const cluster = await startCluster({ dir: folder, password: 'secret' })
  if (mode === 'hold') await hold(cluster)
  say({ postgres: cluster.pid })
  if (mode === 'write') await write(cluster)
} catch (error) {
  const { name, message } = error as Error
  say({ error: name, message })
}
