import { expect, test } from '@jest/globals'
import type { Actor } from '@wushe/slice'
import { aMoment, given } from '@wushe/testkit'
import { accessGrant, approveAccess, endAccess, refuseAccess, requestAccess } from './access-grant.ts'
import {
  accessGrantId,
  admin,
  approved,
  askedBy,
  ended,
  funderId,
  ownerOrgId,
  reason,
  refused,
  request,
  requested,
} from './examples.ts'

const by = (actor: Partial<Actor>) => ({ moment: { ...aMoment, actor: { ...aMoment.actor, ...actor } } })
const asked = by(askedBy)
const decided = by(admin)
const path = { accessGrantId }
const ofAnAgreement = { contractor: { agreement_ids: ['agr_1'] } }
const funder = (agreementIds: string[]) =>
  by({ orgId: funderId, kind: 'funder', keyId: askedBy.keyId, person: 'officer-7', agreementIds })

test('a role of a contractor asks for a person of its own organisation, and why is sealed', () => {
  given()
    .when(requestAccess, { body: { ...request, reason } }, asked)
    .recordsEachTime({ ...requested, sealed: { reason } })
  expect(accessGrant.owner!(requested, accessGrantId)).toBe(ownerOrgId)
})

test('a person behind the client is named where it stays within the organisation', () => {
  given()
    .when(requestAccess, { body: { ...request, reason } }, by({ ...askedBy, person: 'worker-3' }))
    .recordsEachTime({
      ...requested,
      data: { ...requested.data, askedBy: { ...askedBy, person: 'worker-3' } },
      sealed: { reason },
    })
})

test('a funder asks the contractor of an agreement of its own, and no other organisation', () => {
  const body = { ...request, ownerOrgId, reason }
  given()
    .when(requestAccess, { body }, { ...funder(['agr_1']), known: ofAnAgreement })
    .recordsEachTime({
      ...requested,
      data: { ...requested.data, askedBy: { orgId: funderId, keyId: askedBy.keyId } },
      sealed: { reason },
    })
  given()
    .when(requestAccess, { body }, { ...funder(['agr_2']), known: ofAnAgreement })
    .isRefused('party-not-known')
})

test('a contractor asks for nobody of another organisation', () =>
  given()
    .when(requestAccess, { body: { ...request, ownerOrgId: funderId, reason } }, asked)
    .isRefused('party-not-known'))

test('access is asked for ninety days at most, and not for days that are over', () => {
  const until = (day: string) => given().when(requestAccess, { body: { ...request, until: day, reason } }, asked)
  const within = { today: '2026-03-02', latest: '2026-05-31' }
  until('2026-03-01').isRefused('access-until-wrong', within)
  until('2026-06-01').isRefused('access-until-wrong', within)
  until('2026-05-31').recordsEachTime({
    ...requested,
    data: { ...requested.data, until: '2026-05-31' },
    sealed: { reason },
  })
})

test('another hand than the one that asked approves it', () => {
  given(requested).when(approveAccess, { path, body: {} }, decided).records(approved)
  given(requested).when(approveAccess, { path, body: {} }, asked).isRefused('another-hand-needed')
  const person = { ...requested, data: { ...requested.data, askedBy: { ...askedBy, person: 'worker-3' } } }
  given(person)
    .when(approveAccess, { path, body: {} }, by({ ...admin, person: 'worker-3' }))
    .isRefused('another-hand-needed')
})

test('what was asked for until a day that is over is not approved any more', () =>
  given({ ...requested, data: { ...requested.data, until: '2026-03-01' } })
    .when(approveAccess, { path, body: {} }, decided)
    .isRefused('access-not-open', { status: 'expired' }))

test('it is refused with a reason, and then neither approved nor ended', () => {
  given(requested)
    .when(refuseAccess, { path, body: { reason: 'not-needed' } }, decided)
    .records(refused)
  given(requested, refused).when(approveAccess, { path, body: {} }, decided).isRefused('access-not-open')
  given(requested, refused)
    .when(endAccess, { path, body: { reason: 'other' } }, asked)
    .isRefused('access-not-open')
})

test('what was approved is not refused, but ended', () => {
  given(requested, approved)
    .when(refuseAccess, { path, body: { reason: 'not-needed' } }, decided)
    .isRefused('access-not-open')
  given(requested, approved)
    .when(endAccess, { path, body: { reason: 'purpose-fulfilled' } }, asked)
    .records(ended)
})

test('what nobody has decided upon is taken back by ending it', () =>
  given(requested)
    .when(endAccess, { path, body: { reason: 'purpose-fulfilled' } }, asked)
    .records(ended))

test('deciding or ending twice changes nothing', () => {
  given(requested, approved).when(approveAccess, { path, body: {} }, decided).changesNothing()
  given(requested, refused)
    .when(refuseAccess, { path, body: { reason: 'not-needed' } }, decided)
    .changesNothing()
  given(requested, approved, ended)
    .when(endAccess, { path, body: { reason: 'other' } }, asked)
    .changesNothing()
})

test('what was never asked for is not found', () => {
  given().when(approveAccess, { path, body: {} }).isRefused('not-found')
  given()
    .when(refuseAccess, { path, body: { reason: 'other' } })
    .isRefused('not-found')
  given()
    .when(endAccess, { path, body: { reason: 'other' } })
    .isRefused('not-found')
})
