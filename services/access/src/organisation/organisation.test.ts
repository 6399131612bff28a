import { expect, test } from '@jest/globals'
import { hashOfApiKey, keyIdOf, makeApiKey } from '@wushe/slice'
import { aMoment, given } from '@wushe/testkit'
import { issueApiKey, revokeApiKey, rotateApiKey } from './api-keys.ts'
import { chooseRetentionProfile } from './choose-retention-profile.ts'
import { aKey, keyId, keyRevoked, organisationId, profileChosen, registered, resumed, suspended } from './examples.ts'
import type { Standing } from './organisation.ts'
import { registerOrganisation } from './register-organisation.ts'
import { resumeOrganisation, suspendOrganisation } from './suspend-organisation.ts'

const path = { organisationId }
const made = makeApiKey(keyId, aMoment.chance)
const keyIssued = { type: 'ApiKeyIssued', data: { ...aKey, hash: made.hash, hint: made.hint } } as const
const oldKey = 'key_01h455vb4pex5vsknk084sn002'
const oldIssued = { type: 'ApiKeyIssued', data: { ...aKey, keyId: oldKey, hash: made.hash, hint: made.hint } } as const
const own = (scopes: string[]) => ({
  moment: { ...aMoment, actor: { ...aMoment.actor, orgId: organisationId, scopes } },
})

test('an organisation is registered once', () =>
  given().when(registerOrganisation, { body: registered.data }).recordsEachTime(registered))

test('a social credit code is kept in capitals', () =>
  given()
    .when(registerOrganisation, { body: { ...registered.data, uscc: '91350100m000100y43' } })
    .recordsEachTime({ ...registered, data: { ...registered.data, uscc: '91350100M000100Y43' } }))

test('a social credit code with a wrong character is refused, and the character named', () =>
  given()
    .when(registerOrganisation, { body: { ...registered.data, uscc: '91350100M000100Y44' } })
    .isRefused('uscc-invalid', { position: 18 }))

test('an organisation chooses how long persons’ data is kept; until then facts are all that has to stay', () => {
  given(registered).when(chooseRetentionProfile, { path, body: profileChosen.data }).records(profileChosen)
  given(registered)
    .when(chooseRetentionProfile, { path, body: { profile: 'facts-only' } })
    .changesNothing()
  given(registered, profileChosen)
    .when(chooseRetentionProfile, { path, body: { profile: 'facts-only' } })
    .records({ ...profileChosen, data: { profile: 'facts-only' } })
  given().when(chooseRetentionProfile, { path, body: profileChosen.data }).isRefused('not-found')
})

test('an active organisation can be suspended', () =>
  given(registered).when(suspendOrganisation, { path, body: suspended.data }).records(suspended))

test('suspending twice changes nothing', () =>
  given(registered, suspended).when(suspendOrganisation, { path, body: suspended.data }).changesNothing())

test('a suspended organisation can go on', () =>
  given(registered, suspended).when(resumeOrganisation, { path, body: resumed.data }).records(resumed))

test('resuming what is active changes nothing', () =>
  given(registered).when(resumeOrganisation, { path, body: resumed.data }).changesNothing())

test('a key is issued, and only its hash is recorded', () =>
  given(registered)
    .when(issueApiKey, { path, body: { label: 'sync' } })
    .recordsEachTime(keyIssued))

test('a suspended organisation gets no key', () =>
  given(registered, suspended)
    .when(issueApiKey, { path, body: { label: 'sync' } })
    .isRefused('organisation-suspended'))

test('a key that would have expired already is refused', () =>
  given(registered)
    .when(issueApiKey, { path, body: { label: 'sync', expiresOn: '2026-03-01' } })
    .isRefused('key-expiry-past', { today: '2026-03-02' }))

test('a key lives for twelve months at most', () =>
  given(registered)
    .when(issueApiKey, { path, body: { label: 'sync', expiresOn: '2027-03-03' } })
    .isRefused('key-expiry-far', { latest: '2027-03-02' }))

test('a key is given no scope that is not for its kind of organisation', () =>
  given(registered)
    .when(issueApiKey, { path, body: { label: 'sync', scopes: ['cases:read', 'organisations:write'] } })
    .isRefused('scopes-not-available', { scopes: 'organisations:write' }))

test('nobody gives a key of the own organisation more scopes than they have themselves', () => {
  const limited = own(['keys:manage', 'cases:read'])
  const issue = (scopes?: string[]) =>
    given(registered).when(issueApiKey, { path, body: { label: 'sync', ...(scopes && { scopes }) } }, limited)
  issue(['cases:write']).isRefused('scopes-not-available', { scopes: 'cases:write' })
  issue(['*']).isRefused('scopes-not-available')
  const data = { ...keyIssued.data, scopes: ['keys:manage', 'cases:read'] }
  issue().recordsEachTime({ type: 'ApiKeyIssued', data })
  given(registered, oldIssued)
    .when(rotateApiKey, { path: { ...path, keyId: oldKey }, body: {} }, limited)
    .isRefused('scopes-not-available')
})

test('a key stands for a station head of some stations, or for one social worker', () => {
  const standings: Standing[] = [
    { role: 'station-head', within: { siteIds: ['sta_01h455vb4pex5vsknk084sn001'] } },
    { role: 'social-worker', within: { workerId: 'pra_01h455vb4pex5vsknk084sn001' } },
    { role: 'contractor-admin' },
  ]
  for (const standing of standings)
    given(registered)
      .when(issueApiKey, { path, body: { label: 'sync', ...standing } })
      .recordsEachTime({ ...keyIssued, data: { ...keyIssued.data, ...standing } })
})

test('a role is limited to what it is limited to, and only a contractor has roles', () => {
  const siteIds = ['sta_01h455vb4pex5vsknk084sn001']
  const workerId = 'pra_01h455vb4pex5vsknk084sn001'
  const issue = (standing: object, of: object = registered) =>
    given(of as never).when(issueApiKey, { path, body: { label: 'sync', ...standing } })
  for (const standing of [
    { role: 'station-head' },
    { role: 'social-worker', within: { siteIds } },
    { role: 'station-head', within: { siteIds, workerId } },
    { role: 'contractor-admin', within: { siteIds } },
    { within: { workerId } },
  ])
    issue(standing).isRefused('role-limits-wrong')
  issue(
    { role: 'station-head', within: { siteIds } },
    { ...registered, data: { ...registered.data, kind: 'funder' } },
  ).isRefused('role-limits-wrong')
})

test('a rotated key stands for whom the old one stood', () => {
  const standing = { role: 'social-worker', within: { workerId: 'pra_01h455vb4pex5vsknk084sn001' } } as const
  const data = { ...keyIssued.data, ...standing, replaces: oldKey }
  given(registered, { ...oldIssued, data: { ...oldIssued.data, ...standing } })
    .when(rotateApiKey, { path: { ...path, keyId: oldKey }, body: {} })
    .recordsEachTime(
      { ...keyIssued, data },
      { type: 'ApiKeyReplaced', data: { keyId: oldKey, organisationId, expiresOn: '2026-03-09', replacedBy: keyId } },
    )
})

test('a key is bound to addresses that exist', () =>
  given(registered)
    .when(issueApiKey, { path, body: { label: 'sync', addresses: ['203.0.113.0/24', '203.0.113.0/33'] } })
    .isRefused('address-invalid', { address: '203.0.113.0/33' }))

test('a rotated key works for seven more days beside the one that takes its place', () =>
  given(registered, oldIssued)
    .when(rotateApiKey, { path: { ...path, keyId: oldKey }, body: {} })
    .recordsEachTime(
      { ...keyIssued, data: { ...keyIssued.data, replaces: oldKey } },
      { type: 'ApiKeyReplaced', data: { keyId: oldKey, organisationId, expiresOn: '2026-03-09', replacedBy: keyId } },
    ))

test('a key that expires sooner is not prolonged by its rotation', () =>
  given(registered, { ...oldIssued, data: { ...oldIssued.data, expiresOn: '2026-03-04' } })
    .when(rotateApiKey, { path: { ...path, keyId: oldKey }, body: {} })
    .recordsEachTime(
      { ...keyIssued, data: { ...keyIssued.data, replaces: oldKey } },
      { type: 'ApiKeyReplaced', data: { keyId: oldKey, organisationId, expiresOn: '2026-03-04', replacedBy: keyId } },
    ))

test('a key is rotated once, and not when it was revoked or has expired', () => {
  const rotate = { path: { ...path, keyId: oldKey }, body: {} }
  const replaced = { keyId: oldKey, organisationId, expiresOn: '2026-03-09', replacedBy: keyId }
  given(registered, oldIssued, { type: 'ApiKeyReplaced', data: replaced })
    .when(rotateApiKey, rotate)
    .isRefused('key-not-active')
  given(registered, oldIssued, { type: 'ApiKeyRevoked', data: { keyId: oldKey, organisationId } })
    .when(rotateApiKey, rotate)
    .isRefused('key-not-active')
  given(registered, { ...oldIssued, data: { ...oldIssued.data, expiresOn: '2026-03-01' } })
    .when(rotateApiKey, rotate)
    .isRefused('key-not-active')
})

test('a key can be revoked', () =>
  given(registered, keyIssued)
    .when(revokeApiKey, { path: { ...path, keyId }, body: { reason: 'lost' } })
    .records(keyRevoked))

test('revoking twice changes nothing', () =>
  given(registered, keyIssued, keyRevoked)
    .when(revokeApiKey, { path: { ...path, keyId }, body: { reason: 'lost' } })
    .changesNothing())

test('a key that was never issued is not found', () =>
  given(registered)
    .when(revokeApiKey, { path: { ...path, keyId }, body: {} })
    .isRefused('not-found'))

test('a key carries its id, and its own checksum tells when a character is wrong or missing', () => {
  expect(keyIdOf(made.text)).toBe(keyId)
  expect(hashOfApiKey(made.text)).toBe(made.hash)
  for (let at = 0; at < made.text.length; at++) {
    const other = made.text[at] === '0' ? '1' : '0'
    expect(keyIdOf(made.text.slice(0, at) + other + made.text.slice(at + 1))).toBeUndefined()
    expect(keyIdOf(made.text.slice(0, at))).toBeUndefined()
  }
})
