import { afterEach, beforeEach, expect } from '@jest/globals'
import { eventStoreDb, type EventStoreDbOptions } from '../src/index.ts'
import { eventStoreDbDouble, type Double } from './eventstoredb-double.ts'

/**
 * A new double for every test, and stores over it, which are closed after it. What the adapter does with an answer is shown
 * by these tests; that a real server gives the answer is not.
 */
export const withDouble = () => {
  let double: Double
  let opened: ReturnType<typeof eventStoreDb>[]
  const open = (options: Partial<EventStoreDbOptions> = {}) => {
    const store = eventStoreDb({ url: double.url, categories: ['case', 'mark'], patience: 3_000, ...options })
    opened.push(store)
    return store
  }
  beforeEach(async () => {
    double = await eventStoreDbDouble()
    opened = []
    open()
  })
  afterEach(async () => {
    double.heal()
    double.way.unblock()
    await Promise.all(opened.map((store) => store.close()))
    expect(double.counts.batches).toBe(0)
    await double.close()
  })
  return {
    double: () => double,
    store: () => opened[0]!,
    /** Another one, as another process has it. */
    open,
    /** As they lie in the server. */
    idsIn: (stream: string) => double.stored(stream).map(({ id }) => id),
  }
}
