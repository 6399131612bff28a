import { describe, test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { concernVoided, raised } from '../concern/examples.ts'
import { concern as concerns } from '../concern/concern.ts'
import { concernId } from '../concern/examples.ts'
import { erased, registered, subjectId } from '../subject/examples.ts'
import { subject } from '../subject/subject.ts'
import { agreeServicePlan } from './agree-service-plan.ts'
import { assignWorker } from './assign-worker.ts'
import { completeAssessment } from './complete-assessment.ts'
import { evaluateOutcome } from './evaluate-outcome.ts'
import {
  assessed,
  assigned,
  caseId,
  consented,
  evaluated,
  fedBack,
  opened,
  planned,
  untilAssessed,
  untilEvaluated,
  untilIntervening,
  untilPlanned,
} from './examples.ts'
import { giveFeedback } from './give-feedback.ts'
import { openCase } from './open-case.ts'
import { recordConsent } from './record-consent.ts'

const path = { caseId }
const note = '今天第一次主动开口'
const sealed = { [`note.${subjectId}`]: note }

/** What a client sends: the fact without what the case knows of itself. */
const sent = <Fact extends { agreementId: string; siteId: string }>({ agreementId: _a, siteId: _s, ...fact }: Fact) =>
  fact

describe('opening', () => {
  const person = subject.evolve(subject.initial, registered)
  const concern = concerns.evolve(concerns.initial, raised)
  const known = { person, concern }

  test('a case is opened for somebody known, out of a concern', () =>
    given().when(openCase, { body: opened.data }, { known }).recordsEachTime(opened))

  test('a note at the opening lies under the key of the person', () =>
    given()
      .when(openCase, { body: { ...opened.data, note } }, { known })
      .recordsEachTime({ ...opened, sealed }))

  test('a case needs no concern', () => {
    const { concernId: _, ...data } = opened.data
    given().when(openCase, { body: data }, { known: { person } }).recordsEachTime({ type: 'CaseOpened', data })
  })

  test('a case is opened for nobody who is not registered, or is erased', () => {
    const gone = subject.evolve(person, erased)
    for (const stranger of [subject.initial, gone])
      given()
        .when(openCase, { body: opened.data }, { known: { concern, person: stranger } })
        .isRefused('subject-not-known', { subjectId })
  })

  test('a case comes out of no concern that does not exist, or is voided', () => {
    for (const unknown of [concerns.initial, concerns.evolve(concern, concernVoided)])
      given()
        .when(openCase, { body: opened.data }, { known: { person, concern: unknown } })
        .isRefused('concern-not-known', { concernId })
  })
})

describe('what an open case records', () => {
  test('consent, once for the same words of the same day', () => {
    const consent = { path, body: sent(consented.data) }
    given(opened).when(recordConsent, consent).records(consented)
    given(opened, consented).when(recordConsent, consent).changesNothing()
    const later = { ...consented.data, occurredOn: '2025-10-01' }
    given(opened, consented)
      .when(recordConsent, { path, body: sent(later) })
      .records({ type: 'ConsentGiven', data: later })
  })

  test('a worker, whose second assignment changes nothing', () => {
    given(opened)
      .when(assignWorker, { path, body: sent(assigned.data) })
      .records(assigned)
    given(opened, assigned)
      .when(assignWorker, { path, body: sent(assigned.data) })
      .changesNothing()
  })

  test('an assessment, and the same one no second time', () => {
    given(opened)
      .when(completeAssessment, { path, body: sent(assessed.data) })
      .records(assessed)
    given(opened, assessed)
      .when(completeAssessment, { path, body: sent(assessed.data) })
      .changesNothing()
  })

  test('a plan, and the same one no second time', () => {
    given(...untilAssessed)
      .when(agreeServicePlan, { path, body: sent(planned.data) })
      .records(planned)
    given(...untilPlanned)
      .when(agreeServicePlan, { path, body: sent(planned.data) })
      .changesNothing()
  })

  test('an evaluation, and the same one no second time', () => {
    given(...untilIntervening)
      .when(evaluateOutcome, { path, body: sent(evaluated.data) })
      .records(evaluated)
    given(...untilEvaluated)
      .when(evaluateOutcome, { path, body: sent(evaluated.data) })
      .changesNothing()
  })

  test('feedback to each, and the same one no second time', () => {
    const feedback = { path, body: sent(fedBack.data) }
    const toGuardian = { type: 'FeedbackGiven', data: { ...fedBack.data, to: 'guardian' } } as const
    given(...untilEvaluated)
      .when(giveFeedback, feedback)
      .records(fedBack)
    given(...untilEvaluated, fedBack)
      .when(giveFeedback, { path, body: sent(toGuardian.data) })
      .records(toGuardian)
    given(...untilEvaluated, fedBack, toGuardian)
      .when(giveFeedback, feedback)
      .changesNothing()
  })

  test('the same fact with a note is recorded again, because nobody can compare what is sealed', () => {
    given(...untilAssessed)
      .when(completeAssessment, { path, body: { ...sent(assessed.data), note } })
      .recordsEachTime({ ...assessed, sealed })
    given(...untilPlanned)
      .when(agreeServicePlan, { path, body: { ...sent(planned.data), note } })
      .recordsEachTime({ ...planned, sealed })
    given(...untilEvaluated)
      .when(evaluateOutcome, { path, body: { ...sent(evaluated.data), note } })
      .recordsEachTime({ ...evaluated, sealed })
    given(...untilEvaluated, fedBack)
      .when(giveFeedback, { path, body: { ...sent(fedBack.data), note } })
      .recordsEachTime({ ...fedBack, sealed })
  })

  test('of an erased person facts, but no note', () => {
    const known = { person: { status: 'erased' } }
    given(opened)
      .when(completeAssessment, { path, body: sent(assessed.data) }, { known })
      .records(assessed)
    given(opened)
      .when(completeAssessment, { path, body: { ...sent(assessed.data), note } }, { known })
      .isRefused('person-erased', { id: subjectId })
    given(...untilPlanned)
      .when(giveFeedback, { path, body: { ...sent(fedBack.data), note } }, { known })
      .isRefused('person-erased', { id: subjectId })
  })
})
