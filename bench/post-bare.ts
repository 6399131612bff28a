// A process of the bench: what one would write first, Express with one INSERT.
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { Pool } from 'pg'
import { asChild, childOptions } from './child.ts'
import { fact } from './facts.ts'
import { rawInsert } from './raw.ts'

export type Bare = { url: string }

const { url, connections } = childOptions<{ url: string; connections: number }>()
const pool = new Pool({ connectionString: url, max: connections })

const app = express()
app.use(express.json())
app.post('/v1/activities', async (req, res) => {
  const id = randomUUID()
  await rawInsert(pool, `activity-${id}`, 0, { ...fact('ActivityPlanned'), data: JSON.stringify(req.body) })
  res.status(201).json({ data: { id, ...req.body } })
})
app.post('/v1/activities/:id/evaluation', async (req, res) => {
  const { id } = req.params
  await rawInsert(pool, `activity-${id}`, 1, { ...fact('ActivityHeld'), data: JSON.stringify(req.body) })
  res.status(200).json({ data: { id, ...req.body } })
})
const server = app.listen(0, '127.0.0.1', () =>
  asChild({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } satisfies Bare, {
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await pool.end()
    },
  }),
)
