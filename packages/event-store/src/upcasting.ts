import type { Recorded } from './event-store.ts'

/** For each event type, how to turn the data of schema n into that of schema n + 1. */
export type Upcasters = { readonly [type: string]: { readonly [schema: number]: (old: never) => unknown } }

/** Old events leave the store in today's shape, so that no decision or projection knows they were ever different. */
export const upcast = (event: Recorded, upcasters: Upcasters): Recorded => {
  const steps = upcasters[event.type]
  if (!steps?.[event.schema]) return event
  let { data, schema } = event
  for (let step = steps[schema]; step; step = steps[++schema]) data = step(data as never)
  return { ...event, data, schema }
}
