import { service } from '@wushe/service-host'
import { history, list, match, one, search } from '@wushe/slice'
import { activityRecord, occurrenceRecord } from './activity/activity-record.ts'
import { cancelActivity } from './activity/cancel-activity.ts'
import { correctActivity } from './activity/correct-activity.ts'
import { correctOccurrence } from './activity/correct-occurrence.ts'
import { evaluateActivity } from './activity/evaluate-activity.ts'
import { holdActivity } from './activity/hold-activity.ts'
import { planActivity } from './activity/plan-activity.ts'
import { voidActivity } from './activity/void-activity.ts'
import { voidOccurrence } from './activity/void-occurrence.ts'
import { assignments } from './assignments/assignments.ts'
import { agreeServicePlan } from './case-file/agree-service-plan.ts'
import { assignWorker } from './case-file/assign-worker.ts'
import { caseRecord, caseSessionRecord } from './case-file/case-record.ts'
import { closeCase } from './case-file/close-case.ts'
import { completeAssessment } from './case-file/complete-assessment.ts'
import { correctCaseSession } from './case-file/correct-case-session.ts'
import { correctCase } from './case-file/correct-case.ts'
import { evaluateOutcome } from './case-file/evaluate-outcome.ts'
import { giveFeedback } from './case-file/give-feedback.ts'
import { openCase } from './case-file/open-case.ts'
import { recordCaseSession } from './case-file/record-case-session.ts'
import { recordConsent } from './case-file/record-consent.ts'
import { reopenCase } from './case-file/reopen-case.ts'
import { voidCaseSession } from './case-file/void-case-session.ts'
import { voidCase } from './case-file/void-case.ts'
import { concernRecord } from './concern/concern-record.ts'
import { correctConcern } from './concern/correct-concern.ts'
import { dismissConcern } from './concern/dismiss-concern.ts'
import { identifyConcern } from './concern/identify-concern.ts'
import { raiseConcern } from './concern/raise-concern.ts'
import { voidConcern } from './concern/void-concern.ts'
import { closeGroup } from './group/close-group.ts'
import { correctGroupSession } from './group/correct-group-session.ts'
import { correctGroup } from './group/correct-group.ts'
import { enrolMember } from './group/enrol-member.ts'
import { enterGroupStage } from './group/enter-group-stage.ts'
import { evaluateGroup } from './group/evaluate-group.ts'
import { groupRecord, groupSessionRecord } from './group/group-record.ts'
import { holdGroupSession } from './group/hold-group-session.ts'
import { planGroup } from './group/plan-group.ts'
import { recordMemberDeparture } from './group/record-member-departure.ts'
import { voidGroupSession } from './group/void-group-session.ts'
import { voidGroup } from './group/void-group.ts'
import { correctSubject } from './subject/correct-subject.ts'
import {
  approveSubjectErasure,
  eraseSubject,
  liftSubjectRestriction,
  refuseSubjectErasure,
  restrictSubject,
} from './subject/erase-and-restrict-subject.ts'
import { registerSubject } from './subject/register-subject.ts'
import { subjectRecord } from './subject/subject-record.ts'
import { voidSubject } from './subject/void-subject.ts'

export const caseService = service('case', {
  operations: {
    listSubjects: list('listSubjects', subjectRecord),
    registerSubject,
    searchSubjects: search('searchSubjects', subjectRecord),
    matchSubjects: match('matchSubjects', subjectRecord),
    getSubject: one('getSubject', subjectRecord),
    getSubjectHistory: history('getSubjectHistory', subjectRecord),
    correctSubject,
    eraseSubject,
    approveSubjectErasure,
    refuseSubjectErasure,
    restrictSubject,
    liftSubjectRestriction,
    voidSubject,

    listConcerns: list('listConcerns', concernRecord),
    raiseConcern,
    getConcern: one('getConcern', concernRecord),
    getConcernHistory: history('getConcernHistory', concernRecord),
    identifyConcern,
    dismissConcern,
    correctConcern,
    voidConcern,

    listCases: list('listCases', caseRecord),
    openCase,
    getCase: one('getCase', caseRecord),
    getCaseHistory: history('getCaseHistory', caseRecord),
    recordConsent,
    assignWorker,
    completeAssessment,
    agreeServicePlan,
    evaluateOutcome,
    giveFeedback,
    closeCase,
    reopenCase,
    correctCase,
    voidCase,

    listCaseSessions: list('listCaseSessions', caseSessionRecord),
    recordCaseSession,
    getCaseSession: one('getCaseSession', caseSessionRecord),
    correctCaseSession,
    voidCaseSession,

    listGroups: list('listGroups', groupRecord),
    planGroup,
    getGroup: one('getGroup', groupRecord),
    getGroupHistory: history('getGroupHistory', groupRecord),
    enrolMember,
    recordMemberDeparture,
    enterGroupStage,
    evaluateGroup,
    closeGroup,
    correctGroup,
    voidGroup,

    listGroupSessions: list('listGroupSessions', groupSessionRecord),
    holdGroupSession,
    getGroupSession: one('getGroupSession', groupSessionRecord),
    correctGroupSession,
    voidGroupSession,

    listActivities: list('listActivities', activityRecord),
    planActivity,
    getActivity: one('getActivity', activityRecord),
    getActivityHistory: history('getActivityHistory', activityRecord),
    cancelActivity,
    evaluateActivity,
    correctActivity,
    voidActivity,

    listOccurrences: list('listOccurrences', occurrenceRecord),
    holdActivity,
    getOccurrence: one('getOccurrence', occurrenceRecord),
    correctOccurrence,
    voidOccurrence,
  },
  records: [
    subjectRecord,
    concernRecord,
    caseRecord,
    caseSessionRecord,
    groupRecord,
    groupSessionRecord,
    activityRecord,
    occurrenceRecord,
  ],
  projections: [assignments],
  upcasters: {},
})
