/** What moves a case on. */
export type Step =
  | 'ConsentGiven'
  | 'WorkerAssigned'
  | 'AssessmentCompleted'
  | 'ServicePlanAgreed'
  | 'CaseSessionRecorded'
  | 'OutcomeEvaluated'
  | 'FeedbackGiven'
  | 'CaseClosed'
  | 'CaseReopened'

/** What each status allows, and where it leads. What is not in a row is refused. */
export const lifeCycle = {
  // 接案. Before the assessment, only a crisis is met with a session.
  opened: {
    ConsentGiven: 'opened',
    WorkerAssigned: 'opened',
    AssessmentCompleted: 'assessed',
    CaseSessionRecorded: 'opened',
    CaseClosed: 'closed',
  },
  // 预估
  assessed: {
    ConsentGiven: 'assessed',
    WorkerAssigned: 'assessed',
    AssessmentCompleted: 'assessed',
    ServicePlanAgreed: 'planned',
    CaseSessionRecorded: 'assessed',
    CaseClosed: 'closed',
  },
  // 计划
  planned: {
    ConsentGiven: 'planned',
    WorkerAssigned: 'planned',
    AssessmentCompleted: 'planned',
    ServicePlanAgreed: 'planned',
    CaseSessionRecorded: 'intervening',
    FeedbackGiven: 'planned',
    CaseClosed: 'closed',
  },
  // 介入
  intervening: {
    ConsentGiven: 'intervening',
    WorkerAssigned: 'intervening',
    AssessmentCompleted: 'intervening',
    ServicePlanAgreed: 'intervening',
    CaseSessionRecorded: 'intervening',
    OutcomeEvaluated: 'evaluated',
    FeedbackGiven: 'intervening',
    CaseClosed: 'closed',
  },
  // 评估. A new plan or a further session means that the work goes on, and is evaluated again.
  evaluated: {
    ConsentGiven: 'evaluated',
    WorkerAssigned: 'evaluated',
    AssessmentCompleted: 'evaluated',
    ServicePlanAgreed: 'intervening',
    CaseSessionRecorded: 'intervening',
    OutcomeEvaluated: 'evaluated',
    FeedbackGiven: 'evaluated',
    CaseClosed: 'closed',
  },
  // 结案. What was done before, and the follow-up that was arranged, can still be recorded.
  closed: {
    CaseSessionRecorded: 'closed',
    CaseReopened: 'intervening',
  },
} as const satisfies Record<string, { [Name in Step]?: string }>

export type CaseStatus = keyof typeof lifeCycle

/** Where a step leads from a status; undefined where it is not allowed. */
export const statusAfter = (status: string, step: Step): CaseStatus | undefined =>
  (lifeCycle as { [status: string]: { [Name in Step]?: CaseStatus } })[status]?.[step]
