import { expect, test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { agreement } from './agreement.ts'
import { draftAgreement } from './draft-agreement.ts'
import { activated, agreementId, drafted, ended, purchaserId, signed, terms } from './examples.ts'
import { activateAgreement, completeAgreement, signAgreement } from './run-agreement.ts'

const path = { agreementId }
const body = { ...terms, divisions: [...terms.divisions], funds: [...terms.funds] }

test('a funder drafts an agreement and is its purchaser', () => given().when(draftAgreement, { body }).records(drafted))

test('all parties are registered, each as what it is here', () =>
  given()
    .when(draftAgreement, { body }, { known: { stranger: { org_id: terms.contractorId, kind: 'contractor' } } })
    .isRefused('party-not-known', { organisationId: terms.contractorId }))

test('an agreement does not end before it begins', () =>
  given()
    .when(draftAgreement, { body: { ...body, to: '2025-06-30' } })
    .isRefused('period-wrong', { to: '2025-06-30' }))

test('the shares of the funders make up the whole', () =>
  given()
    .when(draftAgreement, { body: { ...body, funds: [{ funderId: purchaserId, share: 9_000 }] } })
    .isRefused('shares-wrong', { sum: 9_000 }))

test('a draft is signed', () =>
  given(drafted)
    .when(signAgreement, { path, body: { signedOn: '2025-06-20' } })
    .records(signed))

test('what is signed becomes active, and tells those who follow what they need', () =>
  given(drafted, signed)
    .when(activateAgreement, { path, body: { occurredOn: '2025-07-01' } })
    .records(activated))

test('what is not signed does not become active', () =>
  given(drafted)
    .when(activateAgreement, { path, body: { occurredOn: '2025-07-01' } })
    .isRefused('agreement-state-wrong', { status: 'drafted' }))

test('an active agreement ends', () =>
  given(drafted, signed, activated)
    .when(completeAgreement, { path, body: { occurredOn: '2026-03-01' } })
    .records(ended))

test('signing, activating and ending twice change nothing', () => {
  given(drafted, signed)
    .when(signAgreement, { path, body: { signedOn: '2025-06-20' } })
    .changesNothing()
  given(drafted, signed, activated)
    .when(activateAgreement, { path, body: { occurredOn: '2025-07-01' } })
    .changesNothing()
  given(drafted, signed, activated, ended)
    .when(completeAgreement, { path, body: { occurredOn: '2026-03-01' } })
    .changesNothing()
})

test('what has ended is not signed again', () =>
  given(drafted, signed, activated, ended)
    .when(signAgreement, { path, body: { signedOn: '2025-06-20' } })
    .isRefused('agreement-state-wrong', { status: 'ended' }))

test('an agreement belongs to its contractor', () =>
  expect(agreement.owner!(drafted, agreementId)).toBe(terms.contractorId))
