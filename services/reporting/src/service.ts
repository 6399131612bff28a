import { service } from '@wushe/service-host'
import { history, list, one } from '@wushe/slice'
import { agreementRecord } from './agreement/agreement-record.ts'
import { draftAgreement } from './agreement/draft-agreement.ts'
import { activateAgreement, completeAgreement, signAgreement } from './agreement/run-agreement.ts'
import { facts } from './facts/facts.ts'
import { getReport } from './figures/get-report.ts'
import { listFacts } from './figures/list-facts.ts'
import { listIndicators } from './figures/list-indicators.ts'
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
    listProjects: list('listProjects', projectRecord),
    startProject,
    getProject: one('getProject', projectRecord),
    getProjectHistory: history('getProjectHistory', projectRecord),
    closeProject,
    voidProject,
    listIndicators,
    listFacts,
    getReport,
  },
  records: [agreementRecord, projectRecord],
  projections: [facts],
  upcasters: {},
  migrations: new URL('../migrations/', import.meta.url),
})
