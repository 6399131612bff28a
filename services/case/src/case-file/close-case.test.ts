import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { subjectId } from '../subject/examples.ts'
import { closeCase } from './close-case.ts'
import {
  assessed,
  caseId,
  closed,
  evaluated,
  fedBack,
  noShow,
  opened,
  planned,
  reopened,
  session,
  sessionVoided,
  untilClosed,
  untilEvaluated,
  untilIntervening,
} from './examples.ts'
import { reopenCase } from './reopen-case.ts'

const path = { caseId }
const goalsMet = { path, body: { reason: 'goals-met', occurredOn: '2025-12-25' } } as const
const moved = { path, body: { reason: 'moved', occurredOn: '2025-12-25' } } as const
const reopening = { path, body: { reason: 'relapse', occurredOn: '2026-01-10' } } as const
const note = '家长来电致谢'
const sealed = { [`note.${subjectId}`]: note }

test('a case closes with its goals met after every step of the way', () =>
  given(...untilEvaluated, fedBack)
    .when(closeCase, goalsMet)
    .records(closed))

test.each([
  ['assessment, plan, session, evaluation, feedback', [opened]],
  ['plan, session, evaluation, feedback', [opened, assessed]],
  ['session, evaluation, feedback', [opened, assessed, planned]],
  ['evaluation, feedback', untilIntervening],
  ['feedback', untilEvaluated],
  ['session', [opened, assessed, planned, noShow, evaluated, fedBack]],
  ['session', [...untilEvaluated, sessionVoided, fedBack]],
  ['evaluation', [...untilEvaluated, fedBack, { ...session, data: { ...session.data, sessionId: 'ses_2' } }]],
])('goals are not met while missing: %s', (missing, history) =>
  given(...history)
    .when(closeCase, goalsMet)
    .isRefused('case-closure-needs', { missing }),
)

test('a case closes for another reason from any open status', () => {
  for (const history of [[opened], [opened, assessed], untilIntervening, untilEvaluated])
    given(...history)
      .when(closeCase, moved)
      .records({ type: 'CaseClosed', data: { ...closed.data, reason: 'moved' } })
})

test('closing twice changes nothing, closing otherwise is refused', () => {
  given(...untilClosed)
    .when(closeCase, goalsMet)
    .changesNothing()
  given(...untilClosed)
    .when(closeCase, moved)
    .isRefused('case-not-open', { status: 'closed' })
})

test('a closed case is reopened, with what was done so far', () => {
  given(...untilClosed)
    .when(reopenCase, reopening)
    .records(reopened)
  given(...untilClosed, reopened)
    .when(closeCase, goalsMet)
    .isRefused('case-closure-needs', { missing: 'evaluation' })
})

test('reopening twice changes nothing', () =>
  given(...untilClosed, reopened)
    .when(reopenCase, reopening)
    .changesNothing())

test('a case that was never closed is not reopened', () =>
  given(...untilIntervening)
    .when(reopenCase, reopening)
    .isRefused('case-not-open', { status: 'intervening' }))

test('a case closed again is reopened again', () =>
  given(...untilClosed, reopened, closed)
    .when(reopenCase, reopening)
    .recordsEachTime(reopened))

test('what is said at closing and reopening lies under the key of the person, and is refused once that is gone', () => {
  const known = { person: { status: 'erased' } }
  const closing = { path, body: { ...moved.body, note } }
  const again = { path, body: { ...reopening.body, note } }
  given(opened)
    .when(closeCase, closing)
    .records({ type: 'CaseClosed', data: { ...closed.data, reason: 'moved' }, sealed })
  given(...untilClosed)
    .when(reopenCase, again)
    .records({ ...reopened, sealed })
  given(opened).when(closeCase, closing, { known }).isRefused('person-erased', { id: subjectId })
  given(...untilClosed)
    .when(reopenCase, again, { known })
    .isRefused('person-erased', { id: subjectId })
})
