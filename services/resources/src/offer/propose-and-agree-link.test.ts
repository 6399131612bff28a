import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { agreeLink } from './agree-link.ts'
import {
  linkAgreed,
  linkCancelled,
  linkId,
  linkProposed,
  linkValued,
  linkVoided,
  offerId,
  offerWithdrawn,
  otherLinkId,
  rice,
  riceDelivered,
  riceOffered,
} from './examples.ts'
import { proposeLink } from './propose-link.ts'

const path = { offerId }
const proposing = { path, body: { id: linkId, quantity: 40, occurredOn: '2022-01-15' } }
const toLink = { offerId, linkId }
const agreeing = { path: toLink, body: { occurredOn: '2022-01-16' } }

const another = (quantity: number) => ({ path, body: { id: otherLinkId, quantity, occurredOn: '2022-01-15' } })
const anotherProposed = (quantity: number) => ({
  ...linkProposed,
  data: { ...linkProposed.data, linkId: otherLinkId, quantity },
})

test('a part of an offer is proposed for a need, under the agreement and at the station of the offer', () =>
  given(riceOffered).when(proposeLink, proposing).records(linkProposed))

test('a link may belong to another agreement and station', () => {
  const where = { agreementId: 'agr_01h455vb4pex5vsknk084sn002', siteId: 'sta_01h455vb4pex5vsknk084sn003' }
  given(riceOffered)
    .when(proposeLink, { path, body: { ...proposing.body, ...where } })
    .records({ ...linkProposed, data: { ...linkProposed.data, ...where } })
})

test('what it is needed for is stored encrypted', () =>
  given(riceOffered)
    .when(proposeLink, { path, body: { ...proposing.body, note: '两户独居老人' } })
    .records({ ...linkProposed, sealed: { note: '两户独居老人' } }))

test('without an id of the client’s the link gets a new one', () =>
  given(riceOffered)
    .when(proposeLink, { path, body: { quantity: 40, occurredOn: '2022-01-15' } })
    .records({ ...linkProposed, data: { ...linkProposed.data, linkId: 'lnk_01jnew00000000000000000000' } }))

test('the same link proposed again changes nothing', () =>
  given(riceOffered, linkProposed).when(proposeLink, proposing).changesNothing())

test('no more is proposed than was offered, what other links take included', () => {
  given(riceOffered).when(proposeLink, another(101)).isRefused('over-offered', { available: 100 })
  given(riceOffered, linkProposed).when(proposeLink, another(61)).isRefused('over-offered', { available: 60 })
  given(riceOffered, linkProposed).when(proposeLink, another(60)).records(anotherProposed(60))
  given(riceOffered, linkProposed, linkAgreed, riceDelivered, linkValued)
    .when(proposeLink, another(61))
    .isRefused('over-offered', { available: 60 })
})

test('a cancelled or voided link gives its quantity back', () => {
  given(riceOffered, linkProposed, linkCancelled).when(proposeLink, another(100)).records(anotherProposed(100))
  given(riceOffered, linkProposed, linkAgreed, riceDelivered, linkVoided)
    .when(proposeLink, another(100))
    .records(anotherProposed(100))
})

test('nothing more is linked from a withdrawn or expired offer', () => {
  given(riceOffered, offerWithdrawn).when(proposeLink, proposing).isRefused('offer-not-open', { status: 'withdrawn' })
  given(riceOffered)
    .when(proposeLink, { path, body: { ...proposing.body, occurredOn: '2023-01-01' } })
    .isRefused('offer-not-open', { status: 'expired' })
  given({ ...riceOffered, data: { ...rice, validUntil: undefined } })
    .when(proposeLink, { path, body: { ...proposing.body, occurredOn: '2023-01-01' } })
    .records({ ...linkProposed, data: { ...linkProposed.data, occurredOn: '2023-01-01' } })
})

test('from an offer that does not exist nothing is linked', () =>
  given().when(proposeLink, proposing).isRefused('not-found'))

test('what was proposed can be agreed', () =>
  given(riceOffered, linkProposed).when(agreeLink, agreeing).records(linkAgreed))

test('agreeing the same quantity twice changes nothing', () =>
  given(riceOffered, linkProposed, linkAgreed).when(agreeLink, agreeing).changesNothing())

test('an agreed quantity is not agreed anew', () =>
  given(riceOffered, linkProposed, linkAgreed)
    .when(agreeLink, { path: toLink, body: { ...agreeing.body, quantity: 30 } })
    .isRefused('link-state-wrong', { status: 'agreed' }))

test('more or less may be agreed than was proposed, but no more than the offer has left', () => {
  const agreed = (quantity: number) => ({ ...linkAgreed, data: { ...linkAgreed.data, quantity } })
  const asking = (quantity: number) => ({ path: toLink, body: { ...agreeing.body, quantity } })
  given(riceOffered, linkProposed).when(agreeLink, asking(100)).records(agreed(100))
  given(riceOffered, linkProposed).when(agreeLink, asking(10)).records(agreed(10))
  given(riceOffered, linkProposed, anotherProposed(50)).when(agreeLink, asking(50)).records(agreed(50))
  given(riceOffered, linkProposed, anotherProposed(50))
    .when(agreeLink, asking(51))
    .isRefused('over-offered', { available: 50 })
})

test('of a withdrawn offer no more is agreed than was proposed before', () => {
  given(riceOffered, linkProposed, offerWithdrawn).when(agreeLink, agreeing).records(linkAgreed)
  given(riceOffered, linkProposed, offerWithdrawn)
    .when(agreeLink, { path: toLink, body: { ...agreeing.body, quantity: 41 } })
    .isRefused('over-offered', { available: 40 })
})

test('a link that was delivered, valued, cancelled or voided is not agreed', () => {
  const delivered = [riceOffered, linkProposed, linkAgreed, riceDelivered]
  given(...delivered)
    .when(agreeLink, agreeing)
    .isRefused('link-state-wrong', { status: 'delivered' })
  given(...delivered, linkValued)
    .when(agreeLink, agreeing)
    .isRefused('link-state-wrong', { status: 'valued' })
  given(riceOffered, linkProposed, linkCancelled)
    .when(agreeLink, agreeing)
    .isRefused('link-state-wrong', { status: 'cancelled' })
  given(riceOffered, linkProposed, linkVoided)
    .when(agreeLink, agreeing)
    .isRefused('link-state-wrong', { status: 'voided' })
})

test('a link that does not exist is not agreed', () => {
  given(riceOffered).when(agreeLink, agreeing).isRefused('not-found')
  given().when(agreeLink, agreeing).isRefused('not-found')
})
