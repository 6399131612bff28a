import { expect, test } from '@jest/globals'
import type { Events } from '@wushe/contracts'
import type { RecordSlice } from '@wushe/slice'
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
} from './offer/examples.ts'
import { linkRecord, offerRecord } from './offer/offer-record.ts'
import {
  companyCorrected,
  companyRegistered,
  companyVoided,
  providerErased,
  providerErasureRequested,
  providerId,
  providerRestricted,
} from './provider/examples.ts'
import { providerRecord } from './provider/provider-record.ts'

/** The record with this id, after these events of a stream. */
const shown = (record: RecordSlice, streamId: string, events: Events['resources'][], id = streamId) =>
  events
    .map((event) => ({ ...event, streamId }) as never)
    .filter((event) => record.of(event) === id)
    .reduce(record.fold, undefined as object | undefined)

test('a provider shows who it is, as last corrected', () => {
  expect(shown(providerRecord, providerId, [companyRegistered])).toEqual({
    ...companyRegistered.data,
    status: 'active',
  })
  expect(shown(providerRecord, providerId, [companyRegistered, companyCorrected])).toMatchObject({
    kind: 'foundation',
    status: 'active',
  })
  expect(shown(providerRecord, providerId, [companyRegistered, companyVoided])).toMatchObject({ status: 'voided' })
})

test('a provider shows what was asked and decided about the sealed data, whatever else happens', () => {
  const requested = [companyRegistered, providerRestricted, providerErasureRequested]
  expect(shown(providerRecord, providerId, [...requested, companyCorrected])).toMatchObject({
    status: 'active',
    restriction: { basis: 'request' },
    erasureRequest: { status: 'requested', basis: 'request' },
  })
  expect(shown(providerRecord, providerId, [...requested, providerErased])).toEqual({
    ...companyRegistered.data,
    status: 'erased',
    erasureRequest: { status: 'approved', basis: 'request' },
  })
})

test('an offer shows what its links take and what is left', () => {
  expect(shown(offerRecord, offerId, [riceOffered])).toMatchObject({ status: 'open', available: 100, links: [] })
  expect(shown(offerRecord, offerId, [riceOffered, linkProposed])).toMatchObject({
    available: 60,
    links: [{ linkId, quantity: 40, agreementId: linkProposed.data.agreementId }],
  })
  const agreed = { ...linkAgreed, data: { ...linkAgreed.data, quantity: 30 } }
  expect(shown(offerRecord, offerId, [riceOffered, linkProposed, agreed])).toMatchObject({ available: 70 })
  expect(shown(offerRecord, offerId, [riceOffered, linkProposed, linkCancelled])).toMatchObject({
    available: 100,
    links: [],
  })
  expect(shown(offerRecord, offerId, [riceOffered, linkProposed, linkVoided])).toMatchObject({ available: 100 })
  expect(shown(offerRecord, offerId, [riceOffered, offerWithdrawn])).toMatchObject({
    status: 'withdrawn',
    withdrawnOn: '2022-06-30',
    withdrawalReason: 'provider-request',
  })
})

test('a link shows how far it came', () => {
  const proposed = [riceOffered, linkProposed]
  const delivered = [...proposed, linkAgreed, riceDelivered]
  expect(shown(linkRecord, offerId, proposed, linkId)).toMatchObject({
    status: 'proposed',
    offerId,
    kind: 'goods',
    quantity: 40,
    deliveredQuantity: 0,
  })
  expect(shown(linkRecord, offerId, delivered, linkId)).toMatchObject({
    status: 'delivered',
    deliveredQuantity: 40,
    deliveredOn: '2022-01-20',
    evidence: [receipt],
  })
  expect(shown(linkRecord, offerId, [...delivered, linkValued], linkId)).toMatchObject({
    status: 'valued',
    amountFen: 286_589,
    method: 'invoice',
    valuedOn: '2022-01-25',
  })
  expect(shown(linkRecord, offerId, [...proposed, linkCancelled], linkId)).toMatchObject({
    status: 'cancelled',
    cancellationReason: 'need-ended',
  })
  expect(shown(linkRecord, offerId, [...delivered, linkVoided], linkId)).toMatchObject({ status: 'voided' })
})

test('several deliveries add up, and the day is that of the last', () => {
  const part = (occurredOn: string) => ({ ...riceDelivered, data: { ...riceDelivered.data, quantity: 10, occurredOn } })
  const events = [riceOffered, linkProposed, linkAgreed, part('2022-01-24'), part('2022-01-22')]
  expect(shown(linkRecord, offerId, events, linkId)).toMatchObject({
    deliveredQuantity: 20,
    deliveredOn: '2022-01-24',
    evidence: [receipt, receipt],
  })
})
