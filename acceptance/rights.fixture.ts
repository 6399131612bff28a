import { expect } from '@jest/globals'
import { caughtUp } from '@wushe/service-host'
import type { Api, Booted } from '@wushe/testkit'

export type Line = { eventId: string; operationId: string; persons: string[]; classes: string[]; by: { orgId: string } }

/** The lines that come into an organisation's access log while this is done. */
export async function disclosedBy({ host }: Booted, owner: Api, work: () => Promise<unknown>): Promise<Line[]> {
  const lines = async () => {
    await caughtUp(host)
    return (await owner.get('/v1/access-log?limit=500')).body.data as Line[]
  }
  const before = new Set((await lines()).map(({ eventId }) => eventId))
  await work()
  return (await lines()).filter(({ eventId }) => !before.has(eventId))
}

/** One asks for the erasure of the person at this address, another one approves it. */
export async function erase(path: string, one: Api, other: Api) {
  expect((await one.post(`${path}/erasure`, { basis: 'request' })).status).toBe(200)
  const approved = await other.post(`${path}/erasure-approval`, {})
  expect([approved.status, approved.body.code]).toEqual([200, undefined])
}
