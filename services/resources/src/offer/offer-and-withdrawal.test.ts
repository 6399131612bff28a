import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { companyRegistered, companyVoided, providerId } from '../provider/examples.ts'
import { provider } from '../provider/provider.ts'
import { linkProposed, offerId, offerWithdrawn, rice, riceOffered } from './examples.ts'
import { offerResource } from './offer-resource.ts'
import { withdrawOffer } from './withdraw-offer.ts'

const registered = provider.evolve(provider.initial, companyRegistered)
const known = { provider: registered }
const body = { id: offerId, ...rice }
const withdrawing = { path: { offerId }, body: { reason: 'provider-request', occurredOn: '2022-06-30' } } as const

test('what a provider offers is recorded', () => given().when(offerResource, { body }, { known }).records(riceOffered))

test('what is said about it is stored encrypted under the key of the organisation', () =>
  given()
    .when(offerResource, { body: { ...body, note: '放在一楼' } }, { known })
    .records({ ...riceOffered, sealed: { note: '放在一楼' } }))

test('offering again changes nothing', () =>
  given(riceOffered).when(offerResource, { body }, { known }).changesNothing())

test('a provider that does not exist, or is another organisation’s, offers nothing', () =>
  given()
    .when(offerResource, { body }, { known: { provider: provider.initial } })
    .isRefused('provider-not-known', { providerId }))

test('a voided provider offers nothing', () =>
  given()
    .when(offerResource, { body }, { known: { provider: provider.evolve(registered, companyVoided) } })
    .isRefused('provider-not-active', { status: 'voided' }))

test('an offer does not expire before it is made', () =>
  given()
    .when(offerResource, { body: { ...body, validUntil: '2022-01-11' } }, { known })
    .isRefused('period-wrong', { from: '2022-01-12', to: '2022-01-11' }))

test('an offer can be withdrawn, also with links', () => {
  given(riceOffered).when(withdrawOffer, withdrawing).records(offerWithdrawn)
  given(riceOffered, linkProposed).when(withdrawOffer, withdrawing).records(offerWithdrawn)
})

test('withdrawing twice changes nothing', () =>
  given(riceOffered, offerWithdrawn).when(withdrawOffer, withdrawing).changesNothing())

test('an offer is not withdrawn before it is made', () =>
  given(riceOffered)
    .when(withdrawOffer, { ...withdrawing, body: { ...withdrawing.body, occurredOn: '2022-01-11' } })
    .isRefused('period-wrong', { from: '2022-01-12', to: '2022-01-11' }))

test('an offer that does not exist cannot be withdrawn', () =>
  given().when(withdrawOffer, withdrawing).isRefused('not-found'))
