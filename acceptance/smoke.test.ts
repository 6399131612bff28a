import { test } from '@jest/globals'
import { boot } from '@wushe/testkit'
import { accessService } from '../services/access/src/service.ts'
import { caseService } from '../services/case/src/service.ts'
import { volunteerService } from '../services/volunteer/src/service.ts'
import { reportingService } from '../services/reporting/src/service.ts'
test('thin', async () => {
  const p = await boot([accessService, caseService, volunteerService, reportingService], { alone: true })
  try {
    const c = await p.organisation('contractor')
    for (let i = 0; i < 12; i++) {
      const t0 = performance.now()
      const s = await c.post('/v1/subjects', { kind: 'person', identity: { name: 'N' }, occurredOn: '2023-02-01' })
      const t1 = performance.now()
      const l = await c.get('/v1/subjects?limit=1', { 'sync-token': s.syncToken! })
      const t2 = performance.now()
      console.log(s.status, l.status, (t1 - t0).toFixed(1), (t2 - t1).toFixed(1), l.body.data[0].id === s.body.data.id)
    }
  } finally {
    await p.stop()
  }
})
