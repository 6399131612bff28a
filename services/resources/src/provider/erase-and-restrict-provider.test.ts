import { test } from '@jest/globals'
import { aMoment, given } from '@wushe/testkit'
import { offerResource } from '../offer/offer-resource.ts'
import { rice } from '../offer/examples.ts'
import { correctProvider } from './correct-provider.ts'
import {
  approveProviderErasure,
  eraseProvider,
  liftProviderRestriction,
  refuseProviderErasure,
  restrictProvider,
} from './erase-and-restrict-provider.ts'
import {
  company,
  companyRegistered,
  identity,
  person,
  personRegistered,
  providerErased,
  providerErasureRefused,
  providerErasureRequested,
  providerId,
  providerRestricted,
  providerRestrictionLifted,
} from './examples.ts'
import { provider } from './provider.ts'
import { voidProvider } from './void-provider.ts'

const id = providerId
const path = { providerId }
const ownHand = { orgId: aMoment.actor.orgId, keyId: aMoment.actor.keyId }
const erasing = { path, body: { basis: 'request' } } as const
const approving = { path, body: {} }
const refusing = { path, body: { note: '说明' } }
const restricting = { path, body: { basis: 'request' } } as const
const lifting = { path, body: { reason: 'resolved' } } as const

test.each([
  ['a private person', personRegistered],
  ['an organisation, about which notes are sealed', companyRegistered],
])('%s is erased by two hands', (_, registered) => {
  const own = { ...providerErasureRequested, data: { ...providerErasureRequested.data, requestedBy: ownHand } }
  given(registered).when(eraseProvider, erasing).records(own)
  given(registered, own).when(approveProviderErasure, approving).isRefused('another-hand-needed')
  given(registered, providerErasureRequested).when(approveProviderErasure, approving).records(providerErased)
})

test('what nobody asked for, or what was refused, is not approved', () => {
  given(personRegistered).when(approveProviderErasure, approving).isRefused('erasure-not-requested', { id })
  given(personRegistered, providerErasureRequested)
    .when(refuseProviderErasure, refusing)
    .records({ ...providerErasureRefused, sealed: { [`note.${id}`]: '说明' } })
  given(personRegistered, providerErasureRequested, providerErasureRefused)
    .when(approveProviderErasure, approving)
    .isRefused('erasure-not-requested', { id })
})

test('one hand restricts, another one lifts', () => {
  const own = { ...providerRestricted, data: { ...providerRestricted.data, restrictedBy: ownHand } }
  given(personRegistered).when(restrictProvider, restricting).records(own)
  given(personRegistered, own).when(liftProviderRestriction, lifting).isRefused('another-hand-needed')
  given(personRegistered, providerRestricted).when(liftProviderRestriction, lifting).records(providerRestrictionLifted)
})

test.each([
  ['erased', providerErased, 'person-erased'],
  ['restricted', providerRestricted, 'person-restricted'],
] as const)('of a provider who is %s nothing more is sealed, and the facts go on', (_, event, code) => {
  const facts = { ...person, occurredOn: '2022-01-11', reason: 'wrong-date' } as const
  given(personRegistered, event)
    .when(correctProvider, { path, body: { ...facts, identity } })
    .isRefused(code, { id })
  given(personRegistered, event)
    .when(correctProvider, { path, body: { ...facts, note: '说明' } })
    .isRefused(code, { id })
  given(personRegistered, event)
    .when(voidProvider, { path, body: { reason: 'duplicate', note: '说明' } })
    .isRefused(code, { id })
  given(personRegistered, event)
    .when(correctProvider, { path, body: facts })
    .records({ type: 'ProviderCorrected', data: facts })
})

test('an erased provider offers nothing more: whoever gives again is registered anew', () => {
  const known = { provider: [companyRegistered, providerErased].reduce(provider.evolve, provider.initial) }
  given().when(offerResource, { body: rice }, { known }).isRefused('provider-not-active', { status: 'erased' })
})

test('of an erased organisation the name, which is public, can still be corrected', () =>
  given(companyRegistered, providerErased)
    .when(correctProvider, { path, body: { ...company, kind: 'foundation', reason: 'typing-error' } })
    .records({ type: 'ProviderCorrected', data: { ...company, kind: 'foundation', reason: 'typing-error' } }))

test('a provider that does not exist is neither erased nor restricted', () => {
  given().when(eraseProvider, erasing).isRefused('not-found')
  given().when(approveProviderErasure, approving).isRefused('not-found')
  given().when(refuseProviderErasure, refusing).isRefused('not-found')
  given().when(restrictProvider, restricting).isRefused('not-found')
  given().when(liftProviderRestriction, lifting).isRefused('not-found')
})
