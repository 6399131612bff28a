import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { deliverResource } from './deliver-resource.ts'
import {
  linkAgreed,
  linkCancelled,
  linkId,
  linkProposed,
  linkValued,
  linkVoided,
  offerId,
  offerWithdrawn,
  receipt,
  riceDelivered,
  riceOffered,
} from './examples.ts'
import { valueLink } from './value-link.ts'

const path = { offerId, linkId }
const handing = (quantity: number, occurredOn = '2022-01-20') => ({
  path,
  body: { quantity, evidence: [receipt], occurredOn },
})
const handedOver = (quantity: number, occurredOn = '2022-01-20') => ({
  ...riceDelivered,
  data: { ...riceDelivered.data, quantity, occurredOn },
})
const valuing = { path, body: { amountFen: 286_589, method: 'invoice', occurredOn: '2022-01-25' } } as const

const agreed = [riceOffered, linkProposed, linkAgreed]

test('what was agreed is delivered, with its evidence', () =>
  given(...agreed)
    .when(deliverResource, handing(40))
    .records(riceDelivered))

test('a delivery without evidence is recorded as such', () =>
  given(...agreed)
    .when(deliverResource, { path, body: { quantity: 40, occurredOn: '2022-01-20' } })
    .records({ ...riceDelivered, data: { ...riceDelivered.data, evidence: [] } }))

test('it may come in parts, also of the same size on the same day', () => {
  given(...agreed)
    .when(deliverResource, handing(20))
    .recordsEachTime(handedOver(20))
  given(...agreed, handedOver(20))
    .when(deliverResource, handing(20))
    .recordsEachTime(handedOver(20))
})

test('no more is delivered than was agreed, earlier deliveries included', () => {
  given(...agreed)
    .when(deliverResource, handing(41))
    .isRefused('over-delivered', { agreed: 40 })
  given(...agreed, handedOver(20), handedOver(20))
    .when(deliverResource, handing(1))
    .isRefused('over-delivered')
})

test('what was agreed is delivered also after the offer was withdrawn', () =>
  given(...agreed, offerWithdrawn)
    .when(deliverResource, handing(40))
    .records(riceDelivered))

test('what was only proposed, or was cancelled or voided, is not delivered', () => {
  given(riceOffered, linkProposed)
    .when(deliverResource, handing(40))
    .isRefused('link-state-wrong', { status: 'proposed' })
  given(...agreed, linkCancelled)
    .when(deliverResource, handing(40))
    .isRefused('link-state-wrong', { status: 'cancelled' })
  given(...agreed, linkVoided)
    .when(deliverResource, handing(40))
    .isRefused('link-state-wrong', { status: 'voided' })
})

test('a link that does not exist is not delivered', () => {
  given(riceOffered).when(deliverResource, handing(40)).isRefused('not-found')
  given().when(deliverResource, handing(40)).isRefused('not-found')
})

test('what was delivered can be valued, counting on the day of delivery', () =>
  given(...agreed, riceDelivered)
    .when(valueLink, valuing)
    .records(linkValued))

test('it counts on the day of the last delivery, in whatever order they were told', () =>
  given(...agreed, handedOver(20, '2022-01-24'), handedOver(20, '2022-01-22'))
    .when(valueLink, valuing)
    .records({ ...linkValued, data: { ...linkValued.data, deliveredOn: '2022-01-24' } }))

test('a part can be valued before the rest is delivered', () =>
  given(...agreed, handedOver(20))
    .when(valueLink, valuing)
    .records(linkValued))

test('valuing the same twice changes nothing', () =>
  given(...agreed, riceDelivered, linkValued)
    .when(valueLink, valuing)
    .changesNothing())

test('another valuation takes the place of the earlier one', () => {
  const approvedBy = 'pra_01h455vb4pex5vsknk084sn001'
  given(...agreed, riceDelivered, linkValued)
    .when(valueLink, { path, body: { ...valuing.body, amountFen: 300_000, method: 'market-price', approvedBy } })
    .records({ ...linkValued, data: { ...linkValued.data, amountFen: 300_000, method: 'market-price', approvedBy } })
})

test('a delivery after the valuation asks for a new one', () => {
  const later = handedOver(20, '2022-02-01')
  given(...agreed, handedOver(20), linkValued)
    .when(deliverResource, handing(20, '2022-02-01'))
    .records(later)
  given(...agreed, handedOver(20), linkValued, later)
    .when(valueLink, { path, body: { ...valuing.body, occurredOn: '2022-02-02' } })
    .records({ ...linkValued, data: { ...linkValued.data, deliveredOn: '2022-02-01', occurredOn: '2022-02-02' } })
})

test('what was not delivered yet has no value', () => {
  given(riceOffered, linkProposed).when(valueLink, valuing).isRefused('valuation-before-delivery')
  given(...agreed)
    .when(valueLink, valuing)
    .isRefused('valuation-before-delivery')
  given(...agreed, riceDelivered)
    .when(valueLink, { path, body: { ...valuing.body, occurredOn: '2022-01-19' } })
    .isRefused('valuation-before-delivery')
})

test('a cancelled or voided link has no value', () => {
  given(...agreed, linkCancelled)
    .when(valueLink, valuing)
    .isRefused('link-state-wrong', { status: 'cancelled' })
  given(...agreed, riceDelivered, linkVoided)
    .when(valueLink, valuing)
    .isRefused('link-state-wrong', { status: 'voided' })
})

test('a link that does not exist has no value', () =>
  given(riceOffered).when(valueLink, valuing).isRefused('not-found'))
