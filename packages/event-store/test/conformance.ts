import { afterAll, beforeAll, describe } from '@jest/globals'
import type { EventStore } from '../src/index.ts'
import { appending } from './conformance/appending.ts'
import { faults } from './conformance/faults.ts'
import { following } from './conformance/following.ts'
import { reading } from './conformance/reading.ts'
import { repeating } from './conformance/repeating.ts'

export type StoreUnderTest = {
  store: EventStore
  /** A second store on the same log, as another process has it. */
  another?: () => EventStore
  /** Cuts every connection to the server, as its restart does. */
  cut?: () => Promise<void>
  /** Called after the store is closed. */
  end?: () => Promise<void>
}

/** What every adapter guarantees, one sentence each. The numbers are those of the design. */
export const eventStoreConformance = (name: string, makeStore: () => Promise<StoreUnderTest>) =>
  describe(`${name}: what every event store guarantees`, () => {
    let made: StoreUnderTest
    beforeAll(async () => {
      made = await makeStore()
    })
    afterAll(async () => {
      await made.store.close()
      await made.end?.()
    })

    for (const chapter of [appending, repeating, reading, following]) chapter(() => made.store)
    faults(() => made, makeStore)
  })
