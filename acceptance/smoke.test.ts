import { expect, test } from '@jest/globals'
import { boot } from '@wushe/testkit'
import { accessService } from '../services/access/src/service.ts'
import { caseService } from '../services/case/src/service.ts'
import { volunteerService } from '../services/volunteer/src/service.ts'
import { reportingService } from '../services/reporting/src/service.ts'
test('thin', async () => {
  const p = await boot([accessService, caseService, volunteerService, reportingService], { alone: true })
  try {
    const c = await p.organisation('contractor')
    const f = await p.organisation('funder')
    console.log(JSON.stringify((await c.get('/v1/me')).body))
    const d = await f.post('/v1/agreements', { contractorId: c.orgId, title: 'x', legalBasis: 'grant', from: '2023-01-01', to: '2023-12-31', divisions: ['659002001'], funds: [{ funderId: f.orgId, share: 10000 }] })
    console.log(d.status, JSON.stringify(d.body))
    const id = d.body.data.id
    console.log((await f.post(`/v1/agreements/${id}/signature`, { signedOn: '2022-12-01' })).status)
    const a = await f.post(`/v1/agreements/${id}/activation`, { occurredOn: '2023-01-01' })
    console.log(a.status, a.syncToken)
    const s = await c.post('/v1/subjects', { kind: 'person', identity: { name: 'N' }, occurredOn: '2023-02-01' }, { 'sync-token': a.syncToken! })
    console.log(s.status, JSON.stringify(s.body))
    const k = await c.post('/v1/cases', { kind: 'in-depth', subjectId: s.body.data.id, occurredOn: '2023-02-01', agreementId: id })
    console.log(k.status, JSON.stringify(k.body), k.syncToken)
    console.log(JSON.stringify((await c.get('/v1/cases', { 'sync-token': k.syncToken! })).body))
    const r = await f.get(`/v1/reports/service-statistics?agreementId=${id}`, { 'sync-token': k.syncToken! })
    console.log(r.status, JSON.stringify(r.body))
    expect(r.status).toBe(200)
  } finally { await p.stop() }
})
