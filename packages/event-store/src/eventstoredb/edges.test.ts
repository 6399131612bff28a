import { expect, test } from '@jest/globals'
import { collect, endOf, newStream, opened, ticks } from '../../test/examples.ts'
import { withDouble } from '../../test/with-double.ts'
import { eventStoreDb } from './store.ts'

const { double, store, open } = withDouble()

test('an event that somebody else wrote into a stream of ours stops who reads it', async () => {
  double().writeForeign('case-1')
  await expect(collect(store().read('case-1'))).rejects.toThrow('not written by this software')
  await expect(store().log.page('start', { limit: 10 })).rejects.toThrow('not written by this software')
})

test('a stream that was deleted in the server is an error and no empty stream', async () => {
  const stream = newStream()
  await store().append(stream, 'no_stream', [opened()])
  double().tombstone(stream)
  await expect(collect(store().read(stream))).rejects.toThrow(`The stream ${stream} was deleted in the server.`)
  await expect(store().append(stream, 0n, [opened()])).rejects.toThrow(
    `The stream ${stream} was deleted in the server.`,
  )
})

test('who told the server to forget events of ours is found out, and that it was undone too', async () => {
  expect(await store().health()).toEqual({ warnings: [], complete: true })
  double().writeForeign('$$case-1', { $maxAge: 60, $acl: {} }, '$metadata')
  double().writeForeign('$$case-2', { $tb: 5 }, '$metadata')
  double().writeForeign('$$elsewhere-1', { $maxCount: 1 }, '$metadata')
  const warnings = ['case-1 has $maxAge in the server.', 'case-2 has $tb in the server.']
  expect(await store().health()).toEqual({ warnings, complete: true })
  double().writeForeign('$$case-1', { $acl: {} }, '$metadata')
  expect(await store().health()).toEqual({ warnings: warnings.slice(1), complete: true })
})

test('data lies in the server in the bytes it was given in, as JSON where the client keeps them, and causes under their names', async () => {
  const stream = newStream()
  const meta = '{"causationId":"a","correlationId":"b"}'
  const texts = ['{"a":[1,"é"],"b":null}', '{ "b" :1,"a":  -0.10e+2 }', '{"10":1,"9":-0}']
  await store().append(
    stream,
    'no_stream',
    texts.map((data) => opened({ data, sealed: '{ "s": 1 }', meta })),
  )
  const stored = double().stored(stream)
  expect(stored.map(({ data }) => Buffer.from(data).toString())).toEqual(texts)
  expect(stored.map(({ contentType }) => contentType.split('/')[1])).toEqual(['json', 'octet-stream', 'octet-stream'])
  const metadata = Buffer.from(stored[0]!.metadata).toString()
  expect(JSON.parse(metadata)).toMatchObject({ $causationId: 'a', $correlationId: 'b', schema: 1 })
  expect(metadata).toContain('"sealed":{ "s": 1 }')
})

test('closing ends every call and every connection', async () => {
  const closing = open()
  const waiting = closing.log.wake(new AbortController().signal, await endOf(closing))
  await closing.log.page('start', { limit: 1 })
  expect(double().openCalls()).toBeGreaterThan(0)
  await closing.close()
  await waiting
  await store().close()
  for (const start = performance.now(); double().way.open() > 0 && performance.now() - start < 3_000;) await ticks(5)
  expect([double().openCalls(), double().way.open()]).toEqual([0, 0])
})

test.each([
  [{ categories: [] }, 'categories'],
  [{ categories: ['command'] }, 'categories'],
  [{ categories: ['case-'] }, 'categories'],
  [{ url: 'esdb://localhost:1?tls=false&throwOnAppendFailure=false' }, 'throwOnAppendFailure'],
])('a store with %j is not opened', (options, message) => {
  expect(() => eventStoreDb({ url: double().url, categories: ['case'], ...options })).toThrow(message)
})

test('a stream of another category is not appended to, for the log would never show it', async () => {
  await expect(store().append(newStream('other'), 'any', [opened()])).rejects.toThrow('of none of the categories')
})
