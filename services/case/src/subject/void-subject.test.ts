import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { erased, registered, voided } from './examples.ts'
import { voidSubject } from './void-subject.ts'

const path = { subjectId: 'sub_01h455vb4pex5vsknk084sn001' }
const body = { reason: 'duplicate' } as const

test('a registration made in error is voided', () =>
  given(registered).when(voidSubject, { path, body }).records(voided))

test('what is void is not voided again', () =>
  given(registered, voided).when(voidSubject, { path, body }).isRefused('already-voided', { id: path.subjectId }))

test('the note of a voiding is sealed under the person', () =>
  given(registered)
    .when(voidSubject, { path, body: { ...body, note: '与另一份登记重复' } })
    .records({ ...voided, sealed: { [`note.${path.subjectId}`]: '与另一份登记重复' } }))

test('the registration of an erased person stays as it is', () =>
  given(registered, erased).when(voidSubject, { path, body }).isRefused('person-erased', { id: path.subjectId }))
