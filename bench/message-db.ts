import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Pool } from 'pg'
import { as, openDatabase } from './databases.ts'
import type { Bench } from './measure.ts'

/** Eventide's message store, as its own scripts install it, over a pool. Undefined where its package is not installed. */
export const openMessageDb = async (bench: Bench, connections: number) => {
  const sql = sqlOf()
  if (!sql) {
    bench.say('@eventide/message-db is not installed: measured without it.')
    return undefined
  }
  const url = await openDatabase(bench, 'message_db')
  await as(url, async (owner) => {
    await owner.query('create schema message_store; set search_path = message_store, public')
    for (const file of files) await owner.query(sql(file))
  })
  const pool = new Pool({ connectionString: url, max: connections, options: '-c search_path=message_store,public' })
  pool.on('error', () => {})
  bench.atEnd(() => pool.end())
  return {
    append: (stream: string, { type, data, metadata }: { type: string; data: object; metadata: object }) =>
      pool.query({
        name: 'message_db.write',
        text: 'select message_store.write_message($1, $2, $3, $4, $5, -1)',
        values: [randomUUID(), stream, type, JSON.stringify(data), JSON.stringify(metadata)],
      }),
  }
}

const sqlOf = () => {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('@eventide/message-db/package.json'))
    return (file: string) => readFileSync(join(folder, 'database', `${file}.sql`), 'utf8')
  } catch {
    return undefined
  }
}

/** In the order of its install.sh; without pgcrypto, whose `gen_random_uuid` PostgreSQL has by itself since 13. */
const files = [
  'tables/messages',
  'types/message',
  'functions/message-store-version',
  'functions/hash-64',
  'functions/acquire-lock',
  'functions/category',
  'functions/is-category',
  'functions/id',
  'functions/cardinal-id',
  'functions/stream-version',
  'functions/write-message',
  'indexes/messages-id',
  'indexes/messages-stream',
  'indexes/messages-category',
]
