import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { correctProvider } from './correct-provider.ts'
import {
  company,
  companyCorrected,
  companyRegistered,
  companyVoided,
  identity,
  person,
  personRegistered,
  providerId,
  uscc,
} from './examples.ts'
import { registerProvider } from './register-provider.ts'
import { voidProvider } from './void-provider.ts'

const id = providerId
const path = { providerId }
const sealed = { [`pii.${providerId}`]: identity }
const correction = { ...company, kind: 'foundation', reason: 'typing-error' } as const
const voiding = { path, body: { reason: 'duplicate' } } as const

test('an organisation is registered by its name', () =>
  given()
    .when(registerProvider, { body: { id, ...company } })
    .records(companyRegistered))

test('a private person is named in the sealed identity only', () =>
  given()
    .when(registerProvider, { body: { id, ...person, identity } })
    .records({ ...personRegistered, sealed }))

test('without an id of the client’s the person gets a new one', () =>
  given()
    .when(registerProvider, { body: { ...person, identity } })
    .records({ ...personRegistered, sealed: { 'pii.prv_01jnew00000000000000000000': identity } }))

test('registering again changes nothing', () =>
  given(companyRegistered)
    .when(registerProvider, { body: { id, ...company } })
    .changesNothing())

test('the name of a private person is refused where it would lie in the clear', () => {
  given()
    .when(registerProvider, { body: { ...person, name: '示例丁' } })
    .isRefused('provider-naming-wrong')
  given()
    .when(registerProvider, { body: { ...person, name: '示例丁', identity } })
    .isRefused('provider-naming-wrong')
})

test('whoever is not named is refused', () => {
  given().when(registerProvider, { body: person }).isRefused('provider-naming-wrong')
  given()
    .when(registerProvider, { body: { ...company, name: undefined } })
    .isRefused('provider-naming-wrong')
})

test('an organisation has no identity of a person', () =>
  given()
    .when(registerProvider, { body: { ...company, identity } })
    .isRefused('provider-naming-wrong'))

test('a unified social credit code is checked and kept in capitals', () => {
  given()
    .when(registerProvider, { body: { ...company, uscc: uscc.toLowerCase() } })
    .records({ type: 'ProviderRegistered', data: { ...company, uscc } })
  given()
    .when(registerProvider, { body: { ...company, uscc: '91110000802100433C' } })
    .isRefused('uscc-invalid', { position: 18, reason: 'check-character' })
})

test('the ID number of a private person is checked', () =>
  given()
    .when(registerProvider, { body: { ...person, identity: { ...identity, idNumber: '110105194912310021' } } })
    .isRefused('id-number-invalid', { pointer: '#/identity/idNumber', position: 18 }))

test('a correction records the whole fact and why', () =>
  given(companyRegistered).when(correctProvider, { path, body: correction }).records(companyCorrected))

test('correcting what is so already changes nothing', () =>
  given(companyRegistered, companyCorrected).when(correctProvider, { path, body: correction }).changesNothing())

test('a correction may leave the identity of a private person as it is, or bring a new one', () => {
  const body = { ...person, occurredOn: '2022-01-11', reason: 'wrong-date' } as const
  const corrected = { type: 'ProviderCorrected' as const, data: body }
  given(personRegistered).when(correctProvider, { path, body }).records(corrected)
  given(personRegistered)
    .when(correctProvider, { path, body: { ...body, identity, note: '说明' } })
    .recordsEachTime({ ...corrected, sealed: { ...sealed, [`note.${providerId}`]: '说明' } })
})

test('an organisation that turns out to be a private person needs an identity', () =>
  given(companyRegistered)
    .when(correctProvider, { path, body: { ...person, reason: 'other' } })
    .isRefused('provider-naming-wrong'))

test('a correction is held to the same rules', () => {
  given(companyRegistered)
    .when(correctProvider, { path, body: { ...correction, uscc: '1' } })
    .isRefused('uscc-invalid', { position: 2, reason: 'length' })
  given(personRegistered)
    .when(correctProvider, { path, body: { ...person, name: '示例丁', reason: 'other' } })
    .isRefused('provider-naming-wrong')
})

test('a voided provider takes no correction', () =>
  given(companyRegistered, companyVoided)
    .when(correctProvider, { path, body: correction })
    .isRefused('provider-not-active', { status: 'voided' }))

test('a provider can be voided once', () => {
  given(companyRegistered).when(voidProvider, voiding).records(companyVoided)
  given(companyRegistered, companyVoided).when(voidProvider, voiding).isRefused('already-voided', { id: providerId })
})

test('why a provider was voided is sealed', () =>
  given(companyRegistered)
    .when(voidProvider, { path, body: { ...voiding.body, note: '说明' } })
    .records({ ...companyVoided, sealed: { [`note.${providerId}`]: '说明' } }))

test('a provider that does not exist can be neither corrected nor voided', () => {
  given().when(correctProvider, { path, body: correction }).isRefused('not-found')
  given().when(voidProvider, voiding).isRefused('not-found')
})
