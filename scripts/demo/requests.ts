// What a workload is made of: requests, ids and days.
import { createHash } from 'node:crypto'
import { TypeID } from 'typeid-js'

/** One request of the workload. Its key makes it the same request whenever it is sent. */
export type Request = { key: string; path: string; body: object; transition: boolean }
/** Requests that must follow one another. Chains of one phase may be sent in any order and side by side. */
export type Chain = Request[]
export type Phase = { name: { zh: string; en: string }; chains: Chain[] }

export const create = (path: string, body: { id: string } & Record<string, unknown>): Request => ({
  key: `create ${body.id}`,
  path,
  body,
  transition: false,
})
/** `again` tells apart what is done twice to one thing. */
export const act = (path: string, body: Record<string, unknown>, again = ''): Request => ({
  key: `act ${path} ${again}`.trim(),
  path,
  body,
  transition: true,
})

/** An id that is the same for the same name. */
export const idOf = (prefix: string, name: string, salt: string) =>
  TypeID.fromUUIDBytes(prefix, createHash('sha256').update(`alar ${salt} ${name}`).digest().subarray(0, 16)).toString()

export const day = (from: string, add: number) =>
  new Date(Date.parse(from) + add * 86_400_000).toISOString().slice(0, 10)
export const dayBetween = (from: string, to: string, number: number, of: number) =>
  day(from, Math.floor(((Date.parse(to) - Date.parse(from)) / 86_400_000) * (number / Math.max(of, 1))))
