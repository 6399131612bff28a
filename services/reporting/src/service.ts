import { service } from '@wushe/service-host'
import { history, list, one } from '@wushe/slice'
import { accessLog } from './persons/access-log.ts'
import { listAccessLog } from './persons/list-access-log.ts'
import { agreementRecord } from './agreement/agreement-record.ts'
import { draftAgreement } from './agreement/draft-agreement.ts'
import { activateAgreement, completeAgreement, signAgreement } from './agreement/run-agreement.ts'
import { changes } from './doors/changes.ts'
import { listChanges } from './doors/list-changes.ts'
import { listEvents } from './doors/list-events.ts'
import { streamEvents } from './doors/stream-events.ts'
import { deliver } from './doors/webhooks/deliver.ts'
import { endpoints } from './doors/webhooks/endpoints.ts'
import { listWebhookDeliveries } from './doors/webhooks/list-deliveries.ts'
import { correctWebhook, registerWebhook } from './doors/webhooks/register-webhook.ts'
import {
  removeWebhook,
  replayWebhook,
  resumeWebhook,
  rotateWebhookSecret,
  suspendWebhook,
  testWebhook,
} from './doors/webhooks/run-webhook.ts'
import { webhookRecord } from './doors/webhooks/webhook.ts'
import { facts } from './facts/facts.ts'
import { getReport } from './figures/get-report.ts'
import { listFacts } from './figures/list-facts.ts'
import { listIndicators } from './figures/list-indicators.ts'
import { endAgreementGrant, giveAgreementGrant, grantRecord } from './grant/grant.ts'
import { cancelJob, getJob, listJobs } from './jobs/read-jobs.ts'
import { getErasureCertificate } from './persons/get-erasure-certificate.ts'
import { getPersonCopy } from './persons/get-person-copy.ts'
import { personEvents } from './persons/person-events.ts'
import { acceptCorrectionRequest, refuseCorrectionRequest, requestCorrection } from './persons/correction-request.ts'
import { correctionRequestRecord, overdue } from './persons/correction-request-record.ts'
import { closeProject, projectRecord, startProject, voidProject } from './project/project.ts'

export const reportingService = service('reporting', {
  operations: {
    listAgreements: list('listAgreements', agreementRecord),
    draftAgreement,
    getAgreement: one('getAgreement', agreementRecord),
    getAgreementHistory: history('getAgreementHistory', agreementRecord),
    signAgreement,
    activateAgreement,
    completeAgreement,
    listAgreementGrants: list('listAgreementGrants', grantRecord),
    giveAgreementGrant,
    getAgreementGrant: one('getAgreementGrant', grantRecord),
    getAgreementGrantHistory: history('getAgreementGrantHistory', grantRecord),
    endAgreementGrant,
    listProjects: list('listProjects', projectRecord),
    startProject,
    getProject: one('getProject', projectRecord),
    getProjectHistory: history('getProjectHistory', projectRecord),
    closeProject,
    voidProject,
    listIndicators,
    listFacts,
    getReport,
    listEvents,
    streamEvents,
    listChanges,
    listAccessLog,
    getPersonCopy,
    getErasureCertificate,
    listCorrectionRequests: list('listCorrectionRequests', correctionRequestRecord, { overdue }),
    requestCorrection,
    getCorrectionRequest: one('getCorrectionRequest', correctionRequestRecord),
    getCorrectionRequestHistory: history('getCorrectionRequestHistory', correctionRequestRecord),
    acceptCorrectionRequest,
    refuseCorrectionRequest,
    listWebhooks: list('listWebhooks', webhookRecord),
    registerWebhook,
    getWebhook: one('getWebhook', webhookRecord),
    getWebhookHistory: history('getWebhookHistory', webhookRecord),
    correctWebhook,
    suspendWebhook,
    resumeWebhook,
    removeWebhook,
    rotateWebhookSecret,
    testWebhook,
    replayWebhook,
    listWebhookDeliveries,
    listJobs,
    getJob,
    cancelJob,
  },
  records: [agreementRecord, grantRecord, projectRecord, correctionRequestRecord, webhookRecord],
  projections: [facts, changes, endpoints, accessLog, personEvents],
  workers: [deliver],
  upcasters: {},
  migrations: new URL('../migrations/', import.meta.url),
})
