import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import type { Actor, Piece } from '@wushe/slice'
import express from 'express'
import { openStreams, type Streaming } from './stream.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUps.splice(0).reverse()) await one()
})

/** A ledger that never ends, in pieces of a megabyte. */
async function aServer(streaming: Partial<Streaming>) {
  const pieces = new Map<string, number>()
  const streams = openStreams(streaming)
  const app = express()
  app.get('/:who', (req, res) =>
    streams.answer(req, res, {
      key: req.params.who,
      service: { inbox: { wake: () => Promise.resolve() } } as never,
      again: () => Promise.resolve({} as Actor),
      next: async (_, after): Promise<Piece> => {
        const number = Number(after ?? 0) + 1
        pieces.set(req.params.who, number)
        await pause(1)
        return { messages: [{ id: String(number), data: 'x'.repeat(1_000_000) }], after: String(number), more: true }
      },
    }),
  )
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  cleanUps.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const open = (who: string) =>
    new Promise<IncomingMessage>((resolve) => {
      const asked = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${who}`, resolve)
      asked.on('error', () => {})
    })
  return { open, taken: (who: string) => pieces.get(who) ?? 0 }
}

test('who does not read is sent no more than fits on the way, is cut off, and holds nobody else up', async () => {
  const { open, taken } = await aServer({ patienceMs: 1000 })
  const slow = await open('slow')
  let cut = false
  slow.on('error', () => {}).on('close', () => (cut = true))
  const brisk = await open('brisk')
  brisk.on('error', () => {}).resume()
  const until = async (so: () => boolean) => {
    for (let waited = 0; !so() && waited < 20_000; waited += 10) await pause(10)
  }
  await until(() => taken('brisk') > 40)
  // By then as much as fits is on the way to the slow one, and no more is made for it.
  const stuck = taken('slow')
  expect(stuck).toBeLessThan(30)
  await until(() => taken('brisk') > 60)
  expect([taken('slow'), taken('brisk') > 60]).toEqual([stuck, true])
  await pause(1500)
  slow.resume()
  await until(() => cut)
  expect([cut, slow.complete]).toEqual([true, false])
  expect(taken('slow')).toBe(stuck)
  brisk.destroy()
})

test('who reads again in time goes on without a gap', async () => {
  const { open } = await aServer({ patienceMs: 3000 })
  const answer = await open('late')
  await pause(800)
  let text = ''
  answer.on('error', () => {}).on('data', (chunk: Buffer) => (text += chunk.toString().replaceAll(/x+/g, '')))
  for (let waited = 0; (text.match(/^id/gm) ?? []).length < 60 && waited < 10_000; waited += 10) await pause(10)
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  expect(ids.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1))
  answer.destroy()
})
