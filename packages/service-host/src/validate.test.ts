import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import express from 'express'
import { answersHeldAgainst } from './validate.ts'

const app = express()
  .use(answersHeldAgainst(({ body }) => ((body as { good?: boolean }).good ? [] : ['it is not good'])))
  .get('/good', (_, res) => void res.json({ good: true }))
  .get('/bad', (_, res) => void res.json({ good: false }))
  .get('/refused', (_, res) => void res.status(404).type('application/problem+json').send('{}'))
const server = app.listen(0, '127.0.0.1')
const ask = async (path: string) => {
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
  return [answer.status, await answer.json()]
}
beforeAll(() => new Promise((resolve) => server.once('listening', resolve)))
afterAll(() => new Promise((resolve) => server.close(resolve)))

test('an answer as the contract says goes out as it is', async () =>
  expect(await ask('/good')).toEqual([200, { good: true }]))

test.each(['/bad', '/refused'])('an answer otherwise than the contract says is an error of ours: %s', async (path) =>
  expect(await ask(path)).toEqual([500, { code: 'internal-error', wrong: ['it is not good'] }]),
)
