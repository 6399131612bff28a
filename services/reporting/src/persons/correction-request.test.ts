import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { acceptCorrectionRequest, refuseCorrectionRequest, requestCorrection } from './correction-request.ts'
import { about, accepted, correctionRequestId, personId, received, refused, requested, statement } from './examples.ts'

const path = { correctionRequestId }
const body = { ...received, about, statement }
const known = { person: { erased: false }, record: { type: 'subject' } }
const accepting = { path, body: { corrected: [personId] } }
const corrected = { known: { known: { ids: [personId] } } }
const note = '与户口本复印件一致，未见错误'
const erased = { known: { person: { erased: true } } }

test('what a person says is wrong is sealed under their key, and answered within thirty days', () =>
  given()
    .when(requestCorrection, { body }, { known })
    .recordsEachTime({ ...requested, sealed: { [`statement.${personId}`]: statement } }))

test('a request is taken down of a person who is registered and not erased, about a record that there is', () => {
  given()
    .when(requestCorrection, { body }, { known: { ...known, person: undefined } })
    .isRefused('person-not-known', { personId })
  given()
    .when(requestCorrection, { body }, { known: { ...known, ...erased.known } })
    .isRefused('person-erased', { id: personId })
  given()
    .when(requestCorrection, { body }, { known: { ...known, record: undefined } })
    .isRefused('record-not-known', { pointer: '#/about/id', id: personId })
})

test('who accepts a request names the records that were corrected', () => {
  given(requested).when(acceptCorrectionRequest, accepting, corrected).records(accepted)
  given(requested)
    .when(acceptCorrectionRequest, accepting, { known: { known: { ids: [] } } })
    .isRefused('record-not-known', { pointer: '#/corrected/0', id: personId })
})

test('the person may be told more, under their key', () =>
  given(requested)
    .when(acceptCorrectionRequest, { path, body: { ...accepting.body, note } }, corrected)
    .recordsEachTime({ ...accepted, sealed: { [`note.${personId}`]: note } }))

test('a request is refused with reasons in writing', () => {
  given(requested)
    .when(refuseCorrectionRequest, { path, body: { note } })
    .recordsEachTime({ ...refused, sealed: { [`note.${personId}`]: note } })
  given(requested).when(refuseCorrectionRequest, { path, body: {} }).isRefused('reasons-needed')
})

test('of who was erased meanwhile it is refused without reasons, as nothing can be written under their key', () =>
  given(requested).when(refuseCorrectionRequest, { path, body: {} }, erased).records(refused))

test('a request is answered once', () => {
  given(requested, refused)
    .when(acceptCorrectionRequest, accepting, corrected)
    .isRefused('correction-request-not-open', { status: 'refused' })
  given(requested, accepted)
    .when(refuseCorrectionRequest, { path, body: { note } })
    .isRefused('correction-request-not-open', { status: 'accepted' })
})

test('what nobody asked for is not found', () => {
  given().when(acceptCorrectionRequest, accepting, corrected).isRefused('not-found')
  given().when(refuseCorrectionRequest, { path, body: { note } }).isRefused('not-found')
})
