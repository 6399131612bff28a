import { expect, test } from '@jest/globals'
import type { Events, OperationsOf } from '@wushe/contracts'
import contract from '@wushe/contracts/events.json' with { type: 'json' }
import { isRefusal, type Refusal, type Sealed } from '@wushe/slice'
import { aMoment } from '@wushe/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { agreeLink } from './offer/agree-link.ts'
import { cancelLink } from './offer/cancel-link.ts'
import { deliverResource } from './offer/deliver-resource.ts'
import {
  linkAgreed,
  linkId,
  linkProposed,
  offerId,
  receipt,
  rice,
  riceDelivered,
  riceOffered,
} from './offer/examples.ts'
import { offerResource } from './offer/offer-resource.ts'
import { proposeLink } from './offer/propose-link.ts'
import { valueLink } from './offer/value-link.ts'
import { voidLink } from './offer/void-link.ts'
import { withdrawOffer } from './offer/withdraw-offer.ts'
import { correctProvider } from './provider/correct-provider.ts'
import {
  company,
  companyRegistered,
  identity,
  person,
  personRegistered,
  providerId,
  uscc,
} from './provider/examples.ts'
import { provider } from './provider/provider.ts'
import { registerProvider } from './provider/register-provider.ts'
import { voidProvider } from './provider/void-provider.ts'

const note = '说明'
const registered = provider.evolve(provider.initial, companyRegistered)
const toProvider = { providerId }
const toOffer = { offerId }
const toLink = { offerId, linkId }

/** Every command of the contract, on a state where it may be carried out. */
const commands: { [Name in CommandName]: Asked } = {
  registerProvider: asked([], registerProvider, { body: { ...company, uscc } }),
  correctProvider: asked([personRegistered], correctProvider, {
    path: toProvider,
    body: { ...person, identity, reason: 'other', note },
  }),
  voidProvider: asked([companyRegistered], voidProvider, { path: toProvider, body: { reason: 'duplicate', note } }),
  offerResource: asked([], offerResource, { body: { ...rice, note } }, { provider: registered }),
  withdrawOffer: asked([riceOffered], withdrawOffer, {
    path: toOffer,
    body: { reason: 'expired', occurredOn: '2022-12-31', note },
  }),
  proposeLink: asked([riceOffered], proposeLink, {
    path: toOffer,
    body: { quantity: 40, occurredOn: '2022-01-15', note },
  }),
  agreeLink: asked([riceOffered, linkProposed], agreeLink, { path: toLink, body: { occurredOn: '2022-01-16', note } }),
  deliverResource: asked([riceOffered, linkProposed, linkAgreed], deliverResource, {
    path: toLink,
    body: { quantity: 20, evidence: [receipt], occurredOn: '2022-01-20', note },
  }),
  valueLink: asked([riceOffered, linkProposed, linkAgreed, riceDelivered], valueLink, {
    path: toLink,
    body: { amountFen: 286_589, method: 'declared', occurredOn: '2022-01-25', note },
  }),
  cancelLink: asked([riceOffered, linkProposed], cancelLink, {
    path: toLink,
    body: { reason: 'need-ended', occurredOn: '2022-01-18', note },
  }),
  voidLink: asked([riceOffered, linkProposed], voidLink, { path: toLink, body: { reason: 'duplicate', note } }),
}

/** What may rightly be recorded twice by the same words, and why. */
const mayHappenTwice: { [Name in CommandName]?: string } = {
  correctProvider: 'What is sealed cannot be compared: an identity or a note that comes along is always recorded.',
  deliverResource: 'A delivery may come in parts of the same size on the same day.',
}

test.each(Object.entries(commands))('%s records what the contract names', (_, { once }) => {
  const decision = once()
  if (isRefusal(decision)) throw new Error(`refused: ${decision.refused}`)
  expect(decision.length).toBeGreaterThan(0)
  for (const { type, data, sealed = {} } of decision) {
    const { fits, mayBeSealed } = shapes[type]!
    fits(JSON.parse(JSON.stringify(data)))
    expect(fits.errors).toBe(null)
    for (const section of Object.keys(sealed)) expect(mayBeSealed).toContain(section.split('.')[0])
    expect(JSON.stringify(data)).not.toContain(note)
  }
})

test.each(Object.entries(commands))('%s, repeated, records nothing new', (name, { once, again }) => {
  const second = again()
  if (name in mayHappenTwice) expect(second).toEqual(once())
  else expect(isRefusal(second) || second.length === 0).toBe(true)
})

type Own = OperationsOf['resources']
type CommandName = { [Name in keyof Own]: Own[Name] extends { requestBody: object } ? Name : never }[keyof Own]
type Decided = readonly (Events['resources'] & { sealed?: Sealed | undefined })[] | Refusal
type Asked = { once: () => Decided; again: () => Decided }

function asked<
  Command extends {
    aggregate: { initial: any; evolve: (state: any, event: any) => any }
    decide: (input: any, state: any, moment: typeof aMoment, known: any) => Decided
  },
>(
  history: Events['resources'][],
  { aggregate: { initial, evolve }, decide }: Command,
  input: Partial<Parameters<Command['decide']>[0]>,
  known: Partial<Parameters<Command['decide']>[3]> = {},
): Asked {
  const before = history.reduce(evolve, initial)
  const decideOn = (state: unknown) => decide({ path: {}, query: {}, ...input }, state, aMoment, known)
  const once = () => decideOn(before)
  const again = () => {
    const first = once()
    return decideOn(isRefusal(first) ? before : first.reduce(evolve, before))
  }
  return { once, again }
}

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
const shapes = Object.fromEntries(
  contract.map(({ type, json }) => [
    type,
    {
      fits: ajv.compile({ ...json, $id: undefined }),
      mayBeSealed: ('x-sealed' in json ? (json['x-sealed'] as string[]) : []).map((section) => section.split('.')[0]),
    },
  ]),
)
