import { expect, test } from '@jest/globals'
import { eventStoreConformance } from '../test/conformance.ts'
import { collect, newStream, opened } from '../test/examples.ts'
import { memoryEventStore } from './memory.ts'

eventStoreConformance('memory', async () => ({ store: memoryEventStore() }))

test('what one reader does to an event, the next one does not see', async () => {
  const store = memoryEventStore()
  const stream = newStream()
  await store.append(stream, 'any', [opened({ data: '{"list":[1]}' })])
  const [first] = await collect(store.read(stream))
  ;(first!.data as { list: number[] }).list.push(2)
  const [second] = await collect(store.read(stream))
  expect(second!.data).toEqual({ list: [1] })
})

test('the clock of a memory store may be given', async () => {
  const store = memoryEventStore(() => new Date('2022-03-04T05:06:07.008Z'))
  const stream = newStream()
  await store.append(stream, 'any', [opened()])
  expect((await collect(store.read(stream)))[0]!.at).toBe('2022-03-04T05:06:07.008000Z')
})
