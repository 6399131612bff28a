import { test } from '@jest/globals'
import { aMoment, given } from '@wushe/testkit'
import { approveSubjectErasure } from './erase-and-restrict-subject.ts'
import { erased, erasureRequested, registered, subjectId } from './examples.ts'

const input = { path: { subjectId }, body: {} }
const caseFile15 = { profile: 'case-file-15', openCases: 0, lastClosedOn: null } as const
const approvedOn = (
  today: string,
  kept: Partial<typeof caseFile15> | object = {},
  born: string | undefined = '1980-04',
) =>
  given({ ...registered, data: { ...registered.data, birthYearMonth: born as string } }, erasureRequested).when(
    approveSubjectErasure,
    input,
    { known: { kept: { ...caseFile15, ...kept } }, moment: { ...aMoment, today } },
  )
const by = (retentionProfile: 'facts-only' | 'case-file-15') => ({
  ...erased,
  data: { ...erased.data, retentionProfile },
})
const closed = { lastClosedOn: '2026-06-30' }
const refusedUntil = (until: string, openCases = 0) =>
  ['retention-not-over', { id: subjectId, profile: 'case-file-15', until, openCases }] as const

test('where facts are all that is kept, two hands are enough, and the event says so', () => {
  approvedOn('2026-07-01', { ...closed, profile: null }).records(by('facts-only'))
  approvedOn('2026-07-01', { openCases: 1, profile: 'facts-only' }).records(by('facts-only'))
})

test('a case file is kept until fifteen years after the last case was closed', () => {
  approvedOn('2041-06-30', closed).isRefused(...refusedUntil('2041-06-30'))
  approvedOn('2041-07-01', closed).records(by('case-file-15'))
})

test('that of a minor until fifteen years after the age of eighteen, by the last day of the month of birth', () => {
  approvedOn('2049-04-30', closed, '2016-04').isRefused(...refusedUntil('2049-04-30'))
  approvedOn('2049-05-01', closed, '2016-04').records(by('case-file-15'))
})

test('of whom no month of birth is recorded only the closing counts', () =>
  approvedOn('2041-07-01', closed, undefined).records(by('case-file-15')))

test('while a case is open the time has not begun, however old another one is', () =>
  approvedOn('2041-07-01', { openCases: 1, lastClosedOn: '2020-01-01' }).isRefused(...refusedUntil('2056-07-01', 1)))

test('of whom there was never a case nothing has to be kept', () =>
  approvedOn('2026-07-01').records(by('case-file-15')))
