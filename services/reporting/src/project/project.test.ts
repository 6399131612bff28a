import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { closed, facts, path, started, voided } from './examples.ts'
import { closeProject, startProject, voidProject } from './project.ts'

test('a project is started', () => given().when(startProject, { body: facts }).records(started))

test('the note of a project is sealed', () =>
  given()
    .when(startProject, { body: { ...facts, note: '与街道商定' } })
    .records({ ...started, sealed: { note: '与街道商定' } }))

test('a running project is closed with its result', () =>
  given(started)
    .when(closeProject, { path, body: { result: 'achieved', occurredOn: '2026-02-01' } })
    .records(closed))

test('closing twice changes nothing', () =>
  given(started, closed)
    .when(closeProject, { path, body: { result: 'achieved', occurredOn: '2026-02-01' } })
    .changesNothing())

test('a project is voided once', () => {
  given(started)
    .when(voidProject, { path, body: { reason: 'duplicate' } })
    .records(voided)
  given(started, voided)
    .when(voidProject, { path, body: { reason: 'duplicate' } })
    .isRefused('already-voided')
})

test('a void project is not closed', () =>
  given(started, voided)
    .when(closeProject, { path, body: { occurredOn: '2026-02-01' } })
    .isRefused('project-not-open', { status: 'voided' }))
