import { expect, test } from '@jest/globals'
import { aMoment, given as after } from '@wushe/testkit'
import { purchaserId } from '../agreement/examples.ts'
import { agreement, contractorId, ended, given, grantId, terms } from './examples.ts'
import { endAgreementGrant, giveAgreementGrant, grant } from './grant.ts'

const by = (orgId: string) => ({ ...aMoment, actor: { ...aMoment.actor, orgId } })
const contractors = { known: { agreement }, moment: by(contractorId) }
const purchasers = { known: { agreement }, moment: by(purchaserId) }
const path = { grantId }
const body = { reason: 'purpose-fulfilled' } as const
const stranger = 'org_01j00000000000000000000009'

test('a contractor gives a funder more to see, and the grant is the contractor’s', () => {
  after().when(giveAgreementGrant, { body: terms }, contractors).records(given)
  expect(grant.owner!(given, grantId)).toBe(contractorId)
})

test('a purchaser opens no identities', () =>
  after().when(giveAgreementGrant, { body: terms }, purchasers).isRefused('grant-not-yours'))

test('a purchaser narrows a party to figures, and a contractor does not', () => {
  const narrowed = { ...terms, view: 'aggregate' } as const
  after()
    .when(giveAgreementGrant, { body: narrowed }, purchasers)
    .records({ ...given, data: { ...given.data, view: 'aggregate', givenBy: purchaserId } })
  after().when(giveAgreementGrant, { body: narrowed }, contractors).isRefused('grant-not-yours')
})

test('a contractor shows figures to a funder who is no party', () => {
  const shown = { ...terms, view: 'aggregate', funderOrgId: stranger } as const
  after()
    .when(giveAgreementGrant, { body: shown }, contractors)
    .records({ ...given, data: { ...given.data, view: 'aggregate', funderOrgId: stranger } })
  after().when(giveAgreementGrant, { body: shown }, purchasers).isRefused('grant-not-yours')
})

test('nobody gives a grant of an agreement of others', () => {
  const unknown = { known: { agreement: undefined }, moment: by(contractorId) }
  after().when(giveAgreementGrant, { body: terms }, unknown).isRefused('agreement-not-known')
  after()
    .when(giveAgreementGrant, { body: terms }, { known: { agreement }, moment: by(stranger) })
    .isRefused('agreement-not-known')
})

test('a grant is for a funder, and does not end before it begins', () => {
  const no = { known: { agreement: { ...agreement, is_funder: false } }, moment: by(contractorId) }
  after().when(giveAgreementGrant, { body: terms }, no).isRefused('party-not-known', { kind: 'funder' })
  after()
    .when(giveAgreementGrant, { body: { ...terms, validTo: '2026-02-28' } }, contractors)
    .isRefused('period-wrong')
})

test('who gave it ends it, once, and nobody else does', () => {
  after(given).when(endAgreementGrant, { path, body }, contractors).records(ended)
  after(given, ended).when(endAgreementGrant, { path, body }, contractors).changesNothing()
  after(given).when(endAgreementGrant, { path, body }, purchasers).isRefused('grant-not-yours')
})
