import { describe, expect, test } from '@jest/globals'
import type { Streams } from '@wushe/contracts'
import { isRefusal } from '@wushe/slice'
import { aMoment } from '@wushe/testkit'
import { agreeServicePlan } from './agree-service-plan.ts'
import { assignWorker } from './assign-worker.ts'
import { caseFile } from './case-file.ts'
import { closeCase } from './close-case.ts'
import { completeAssessment } from './complete-assessment.ts'
import { evaluateOutcome } from './evaluate-outcome.ts'
import * as example from './examples.ts'
import { giveFeedback } from './give-feedback.ts'
import { recordCaseSession } from './record-case-session.ts'
import { recordConsent } from './record-consent.ts'
import { reopenCase } from './reopen-case.ts'

type Event = Streams['case']

/** Every step, with an input unlike those in the examples, so that nothing is so already. */
const steps = {
  consent: [recordConsent, { ...example.consented.data, purpose: 'photo' }],
  assign: [assignWorker, { ...example.assigned.data, practitionerId: 'pra_01h455vb4pex5vsknk084sn002' }],
  assess: [completeAssessment, { ...example.assessed.data, instrument: 'PHQ-9' }],
  plan: [agreeServicePlan, { ...example.planned.data, plannedSessions: 9 }],
  session: [recordCaseSession, { ...example.session.data, id: 'ses_01h455vb4pex5vsknk084sn002' }],
  crisis: [recordCaseSession, { ...example.crisis.data, id: 'ses_01h455vb4pex5vsknk084sn002' }],
  evaluate: [evaluateOutcome, { ...example.evaluated.data, score: 60 }],
  feedBack: [giveFeedback, { ...example.fedBack.data, to: 'guardian' }],
  close: [closeCase, { ...example.closed.data, reason: 'moved' }],
  reopen: [reopenCase, { ...example.reopened.data, reason: 'new-need' }],
} as const
type StepName = keyof typeof steps

/** Where each step leads. What is not named is refused because the case does not allow it now. */
const table: { status: string; history: Event[]; leads: Partial<Record<StepName, string>> }[] = [
  { status: 'none', history: [], leads: {} },
  {
    status: 'opened',
    history: [example.opened],
    leads: {
      consent: 'opened',
      assign: 'opened',
      assess: 'assessed',
      session: 'case-session-needs-assessment',
      crisis: 'opened',
      close: 'closed',
    },
  },
  {
    status: 'assessed',
    history: example.untilAssessed,
    leads: {
      consent: 'assessed',
      assign: 'assessed',
      assess: 'assessed',
      plan: 'planned',
      session: 'assessed',
      crisis: 'assessed',
      close: 'closed',
    },
  },
  {
    status: 'planned',
    history: example.untilPlanned,
    leads: {
      consent: 'planned',
      assign: 'planned',
      assess: 'planned',
      plan: 'planned',
      session: 'intervening',
      crisis: 'intervening',
      feedBack: 'planned',
      close: 'closed',
    },
  },
  {
    status: 'intervening',
    history: example.untilIntervening,
    leads: {
      consent: 'intervening',
      assign: 'intervening',
      assess: 'intervening',
      plan: 'intervening',
      session: 'intervening',
      crisis: 'intervening',
      evaluate: 'evaluated',
      feedBack: 'intervening',
      close: 'closed',
    },
  },
  {
    status: 'evaluated',
    history: example.untilEvaluated,
    leads: {
      consent: 'evaluated',
      assign: 'evaluated',
      assess: 'evaluated',
      plan: 'intervening',
      session: 'intervening',
      crisis: 'intervening',
      evaluate: 'evaluated',
      feedBack: 'evaluated',
      close: 'closed',
    },
  },
  {
    status: 'closed',
    history: example.untilClosed,
    leads: { session: 'closed', crisis: 'closed', reopen: 'intervening' },
  },
  { status: 'voided', history: [...example.untilPlanned, example.caseVoided], leads: {} },
]

describe.each(table)('a case that is $status', ({ status, history, leads }) => {
  test.each(Object.keys(steps) as StepName[])('on %s', (step) =>
    expect(after(history, step)).toBe(leads[step] ?? `not while ${status}`),
  )
})

/** The status that the step leads to, or why it is refused. */
const after = (history: Event[], step: StepName): string => {
  const [{ decide }, body] = steps[step] as unknown as [typeof giveFeedback, never]
  const state = history.reduce(caseFile.evolve, caseFile.initial)
  const input = { path: { caseId: example.caseId }, body } as unknown as Parameters<typeof decide>[0]
  const decision = decide(input, state, aMoment, { person: undefined })
  if (!isRefusal(decision)) return decision.reduce(caseFile.evolve, state).status
  return decision.refused === 'case-not-open' ? `not while ${decision.params!['status']}` : decision.refused
}
