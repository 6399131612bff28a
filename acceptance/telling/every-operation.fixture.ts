// One contractor does everything that a contractor can do: each command of the contract at least once, in an order that
// the rules allow, with every field filled that may hold a person's identity or free text.
import { createHash } from 'node:crypto'
import type { Operations, Schemas } from '@wushe/contracts'
import type { Input } from '@wushe/slice'
import { TypeID } from 'typeid-js'
import { gatherings } from './gatherings.fixture.ts'
import { peopleServed } from './people-served.fixture.ts'
import { persons } from './persons.fixture.ts'
import { resources } from './resources.fixture.ts'
import { staff } from './staff.fixture.ts'
import { volunteers } from './volunteers.fixture.ts'
import { webhooks } from './webhooks.fixture.ts'

type Body<Name extends keyof Operations> = Partial<Input<Operations[Name]>['body']> & object
export type Step = { operation: string; path: Record<string, string>; body: Record<string, any> }

export type Telling = {
  /** Keeps the ids of one telling apart from those of another. */
  salt: string
  agreementId: string
  /** Its purchaser. */
  funderId: string
  /** A township: one agreement has one open station in each. */
  division: string
  /** The identity of a person; each call may answer another one. */
  identity: (who: string) => Schemas['Identity']
  /** A free text, or a number that is kept sealed. */
  text: (where: string) => string
  /** A name or a title that is kept in the clear. */
  title: (of: string) => string
}

/** What every chapter of the telling is given. */
export type Tale = ReturnType<typeof taleOf>['tale']

/** Needs an active agreement of 2023, known to every service. */
export function everyOperation(telling: Telling): Step[] {
  const { tale, steps } = taleOf(telling)
  for (const chapter of [staff, peopleServed, gatherings, volunteers, resources, persons, webhooks]) chapter(tale)
  return steps
}

function taleOf({ salt, text, ...telling }: Telling) {
  const steps: Step[] = []
  const id = (prefix: string, name: string) => idOf(prefix, `${salt} ${name}`)
  const noted = (where: string) => ({ note: text(`note of ${where}`) })
  const tale = {
    ...telling,
    text,
    act: <Name extends keyof Operations>(operation: Name, path: Record<string, string>, body: Body<Name>) =>
      void steps.push({ operation, path, body }),
    /** Ids are called the same in all chapters. */
    id,
    noted,
    inError: (where: string) => ({ reason: 'recorded-in-error', ...noted(where) }) as const,
    mistaken: { reason: 'typing-error' } as const,
    site: { agreementId: telling.agreementId, siteId: id('sta', 'station') },
  }
  return { tale, steps }
}

/** An id that is the same for the same name. */
export const idOf = (prefix: string, name: string) =>
  TypeID.fromUUIDBytes(prefix, createHash('sha256').update(`${prefix} ${name}`).digest().subarray(0, 16)).toString()
