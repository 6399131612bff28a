import { expect, test } from '@jest/globals'
import { eventStoreDbDouble } from '../test/eventstoredb-double.ts'
import { newDatabase } from '../test/database.ts'
import { newStream, opened } from '../test/examples.ts'
import { openEventStore } from './open.ts'

test('an address names its store: PostgreSQL, or EventStoreDB by its old name and its new one', async () => {
  const database = await newDatabase()
  const double = await eventStoreDbDouble()
  const addresses = [
    [database.serviceUrl, /^pg:/],
    [double.url, /^es:/],
    [double.url.replace('esdb', 'kurrentdb'), /^es:/],
  ] as const
  for (const [address, position] of addresses) {
    const store = openEventStore(address, { categories: ['case'] })
    const result = await store.append(newStream(), 'no_stream', [opened()])
    expect(result).toMatchObject({ ok: true, position: expect.stringMatching(position) })
    await store.close()
    await store.close()
  }
  await double.close()
  await database.drop()
})

test('an address of something else is refused', () => {
  expect(() => openEventStore('mysql://localhost/x', { categories: ['case'] })).toThrow('mysql:')
})
