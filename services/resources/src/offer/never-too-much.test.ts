import { expect, test } from '@jest/globals'
import type { Streams } from '@wushe/contracts'
import { isRefusal, type Decision } from '@wushe/slice'
import { aMoment } from '@wushe/testkit'
import fc from 'fast-check'
import { agreeLink } from './agree-link.ts'
import { cancelLink } from './cancel-link.ts'
import { deliverResource } from './deliver-resource.ts'
import { offerId, rice, riceOffered } from './examples.ts'
import { offer, type Offer } from './offer.ts'
import { offerRecord } from './offer-record.ts'
import { proposeLink } from './propose-link.ts'
import { valueLink } from './value-link.ts'
import { voidLink } from './void-link.ts'
import { withdrawOffer } from './withdraw-offer.ts'

type OfferEvent = Streams['offer']
type Command = (state: Offer) => Decision<OfferEvent>

/** So little that its limits are often met. */
const offered = 20
const fewOffered = { ...riceOffered, data: { ...rice, quantity: offered } }

const query = {} as never
const occurredOn = '2022-02-01'
const aLink = fc.integer({ min: 1, max: 9 }).map((number) => `lnk_${number}`)
const aQuantity = fc.integer({ min: 1, max: 12 })

/** Whatever can be asked of the links of an offer; rarely what ends them. */
const aLinkCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(aLink, aQuantity).map(([id, quantity]) => (state: Offer) => {
      const body = { id, quantity, occurredOn }
      return proposeLink.decide({ path: { offerId }, query, body }, state, aMoment, {})
    }),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(aLink, fc.option(aQuantity, { nil: undefined })).map(([linkId, quantity]) => (state: Offer) => {
      const body = { quantity, occurredOn }
      return agreeLink.decide({ path: { offerId, linkId }, query, body }, state, aMoment, {})
    }),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(aLink, aQuantity).map(([linkId, quantity]) => (state: Offer) => {
      const body = { quantity, evidence: [], occurredOn }
      return deliverResource.decide({ path: { offerId, linkId }, query, body }, state, aMoment, {})
    }),
  },
  fc.tuple(aLink, aQuantity).map(([linkId, amountFen]) => (state: Offer) => {
    const body = { amountFen, method: 'declared', occurredOn } as const
    return valueLink.decide({ path: { offerId, linkId }, query, body }, state, aMoment, {})
  }),
  aLink.map((linkId) => (state: Offer) => {
    const body = { reason: 'need-ended', occurredOn } as const
    return cancelLink.decide({ path: { offerId, linkId }, query, body }, state, aMoment, {})
  }),
  aLink.map((linkId) => (state: Offer) => {
    const body = { reason: 'duplicate' } as const
    return voidLink.decide({ path: { offerId, linkId }, query, body }, state, aMoment, {})
  }),
)
const aWithdrawal = fc.constant<Command>((state) => {
  const body = { reason: 'other', occurredOn } as const
  return withdrawOffer.decide({ path: { offerId }, query, body }, state, aMoment, {})
})
const aCommand = fc.oneof({ weight: 100, arbitrary: aLinkCommand }, { weight: 1, arbitrary: aWithdrawal })

test('whatever is asked in whatever order, no more is agreed than was offered, nor delivered than was agreed', () => {
  let mostDelivered = 0
  fc.assert(
    fc.property(fc.array(aCommand, { minLength: 1, maxLength: 60, size: 'max' }), (commands) => {
      const happened: OfferEvent[] = [fewOffered]
      for (const decide of commands) {
        const decision = decide(happened.reduce(offer.evolve, offer.initial))
        if (!isRefusal(decision)) happened.push(...decision)
        const { taken, agreed, delivered } = tally(happened)
        const all = [...agreed.keys(), ...delivered.keys()]
        expect(sumOf(taken)).toBeLessThanOrEqual(offered)
        expect(sumOf(agreed)).toBeLessThanOrEqual(offered)
        expect(sumOf(delivered)).toBeLessThanOrEqual(sumOf(agreed))
        for (const id of all) expect(delivered.get(id) ?? 0).toBeLessThanOrEqual(agreed.get(id) ?? 0)
        mostDelivered = Math.max(mostDelivered, sumOf(delivered))
      }
      expect(shownAfter(happened)).toMatchObject({ available: offered - sumOf(tally(happened).taken) })
    }),
    { numRuns: 300 },
  )
  expect(mostDelivered).toBeGreaterThan(offered / 4) // Else the property would hold for want of deliveries.
})

/** The bookkeeping once more and in another way: from what was recorded, knowing nothing of the state. */
function tally(happened: OfferEvent[]) {
  const taken = new Map<string, number>()
  const agreed = new Map<string, number>()
  const delivered = new Map<string, number>()
  for (const { type, data } of happened) {
    if (type === 'LinkProposed') taken.set(data.linkId, data.quantity)
    if (type === 'LinkAgreed') for (const book of [taken, agreed]) book.set(data.linkId, data.quantity)
    if (type === 'ResourceDelivered') delivered.set(data.linkId, (delivered.get(data.linkId) ?? 0) + data.quantity)
    if (type === 'LinkCancelled' || type === 'LinkVoided')
      for (const book of [taken, agreed, delivered]) book.delete(data.linkId)
  }
  return { taken, agreed, delivered }
}

const sumOf = (book: Map<string, number>) => [...book.values()].reduce((sum, quantity) => sum + quantity, 0)

const shownAfter = (happened: OfferEvent[]) =>
  happened.reduce(
    (body, event) => offerRecord.fold(body, { ...event, streamId: offerId } as never),
    undefined as object | undefined,
  )
