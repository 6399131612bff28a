import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { cancelLink } from './cancel-link.ts'
import {
  linkAgreed,
  linkCancelled,
  linkId,
  linkProposed,
  linkValued,
  linkVoided,
  offerId,
  riceDelivered,
  riceOffered,
} from './examples.ts'
import { voidLink } from './void-link.ts'

const path = { offerId, linkId }
const cancelling = { path, body: { reason: 'need-ended', occurredOn: '2022-01-18' } } as const
const voiding = { path, body: { reason: 'duplicate' } } as const

test('a link can be cancelled before anything is delivered', () => {
  given(riceOffered, linkProposed).when(cancelLink, cancelling).records(linkCancelled)
  given(riceOffered, linkProposed, linkAgreed).when(cancelLink, cancelling).records(linkCancelled)
})

test('cancelling twice changes nothing', () =>
  given(riceOffered, linkProposed, linkCancelled).when(cancelLink, cancelling).changesNothing())

test('what was delivered or voided is not cancelled', () => {
  const delivered = [riceOffered, linkProposed, linkAgreed, riceDelivered]
  given(...delivered)
    .when(cancelLink, cancelling)
    .isRefused('link-state-wrong', { status: 'delivered' })
  given(...delivered, linkValued)
    .when(cancelLink, cancelling)
    .isRefused('link-state-wrong', { status: 'valued' })
  given(riceOffered, linkProposed, linkVoided)
    .when(cancelLink, cancelling)
    .isRefused('link-state-wrong', { status: 'voided' })
})

test('a link can be voided, whatever became of it', () => {
  const delivered = [riceOffered, linkProposed, linkAgreed, riceDelivered]
  given(riceOffered, linkProposed).when(voidLink, voiding).records(linkVoided)
  given(...delivered)
    .when(voidLink, voiding)
    .records(linkVoided)
  given(...delivered, linkValued)
    .when(voidLink, voiding)
    .records(linkVoided)
  given(riceOffered, linkProposed, linkCancelled).when(voidLink, voiding).records(linkVoided)
})

test('a second voiding is refused', () =>
  given(riceOffered, linkProposed, linkVoided).when(voidLink, voiding).isRefused('already-voided', { id: linkId }))

test('a link that does not exist is neither cancelled nor voided', () => {
  given(riceOffered).when(cancelLink, cancelling).isRefused('not-found')
  given(riceOffered).when(voidLink, voiding).isRefused('not-found')
})

test('why it was cancelled or voided is stored encrypted', () => {
  given(riceOffered, linkProposed)
    .when(cancelLink, { path, body: { ...cancelling.body, note: '说明' } })
    .records({ ...linkCancelled, sealed: { note: '说明' } })
  given(riceOffered, linkProposed)
    .when(voidLink, { path, body: { ...voiding.body, note: '说明' } })
    .records({ ...linkVoided, sealed: { note: '说明' } })
})
