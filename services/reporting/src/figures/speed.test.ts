import { test } from '@jest/globals'
import { activation, storyteller } from './examples.ts'
import { openLedger, reports } from './ledger.fixture.ts'
test('speed', async () => {
  const l = await openLedger()
  const told: any[] = [activation()]
  for (let i = 0; i < 10000; i++) {
    told.push({ type: 'CaseSessionRecorded', stream: `cas_${i % 2000}`, data: { sessionId: `ses_${i}`, subjectId: `sub_${i % 2000}`, mode: i % 3 ? 'phone' : 'interview', siteId: `sta_${i % 20 + 1}` } })
    if (i % 5 === 0) told.push({ type: 'CaseOpened', stream: `cas_${i % 2000}`, data: { subjectId: `sub_${i % 2000}`, siteId: `sta_${i % 20 + 1}` } })
    if (i % 2 === 0) told.push({ type: 'HoursConfirmed', stream: `vol_${i}`, data: { entryId: `hrs_${i}`, minutes: 100, siteId: `sta_${i % 20 + 1}` } }, { type: 'RealNameVerified', stream: `vol_${i}`, data: { siteId: `sta_${i % 20 + 1}` } })
    if (i % 8 === 0) told.push({ type: 'GroupSessionHeld', stream: `grp_${i % 200}`, data: { sessionId: `gse_${i}`, siteId: `sta_${i % 20 + 1}`, attendance: Array.from({ length: 12 }, (_, n) => ({ subjectId: `sub_${(i * 7 + n) % 5000}`, mark: 'present' })), present: 12 } })
  }
  const events = storyteller()(told)
  let t = performance.now()
  await l.learn(events)
  console.log('learn', events.length, performance.now() - t); t = performance.now()
  await l.project()
  console.log('project', performance.now() - t)
  console.log((await l.pool.query('select kind, count(*) from reporting.facts group by 1 order by 2')).rows)
  const time = async (what: string, f: () => Promise<unknown>) => {
    const all: number[] = []
    for (let i = 0; i < 5; i++) { const s = performance.now(); await f(); all.push(Math.round(performance.now() - s)) }
    console.log(what, all.join(' '))
  }
  for (const analyzed of [false, true]) {
    if (analyzed) await l.pool.query('analyze reporting.facts')
    for (const report of reports) {
      await time(`${report} ${analyzed}`, () => l.report(report))
      await time(`${report} by station`, () => l.report(report, { groupBy: 'station' }))
    }
    const r = await l.report('service-statistics')
    for (const f of r.data) if (['IND-P1', 'IND-C2', 'IND-G1'].includes(f.indicator)) await time('facts ' + f.indicator, () => l.facts(f.links.facts + '&x', 100).catch(e => console.log(e.message)))
  }
  await l.close()
}, 300000)
