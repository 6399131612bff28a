import { expect, test } from '@jest/globals'
import { copyPage } from './copy-page.ts'

const orgId = 'org_01h455vb4pex5vsknk084sn001'
const by = { orgId, keyId: 'key_01h455vb4pex5vsknk084sn001' }
const copy = (sealed: Record<string, unknown>) => ({
  data: {
    person: 'sub_01h455vb4pex5vsknk084sn001',
    orgId,
    preparedAt: '2026-11-30T04:00:00.000Z',
    events: [
      {
        ...{ eventId: '0195a3c1-6b00-7000-8000-000000000001', service: 'case', type: 'SubjectRegistered', by, sealed },
        ...{ title: '登记服务对象', occurredOn: '2026-03-01', recordedAt: '2026-03-02T04:00:00.000Z' },
        data: { kind: 'person', categories: ['left-behind-child'], flags: [] },
      },
    ],
    disclosures: [],
  },
})

test('a copy as a page is in the language of the reader, and asks for nothing from anywhere', () => {
  const page = copyPage(copy({ identity: { name: '小明' } }), 'zh')
  expect(page).toMatch('<html lang="zh-CN">')
  expect(page).toMatch('小明')
  expect(page).toMatch('left-behind-child')
  expect(copyPage(copy({}), 'en')).toMatch('A copy of your data')
  expect(page).not.toMatch(/src=|href=|<script/)
})

test('whatever somebody wrote into a note stays text', () => {
  const page = copyPage(copy({ note: `<script>alert("a&b")</script>`, '<b>': 1 }), 'en')
  expect(page).not.toMatch(/<script|<b>/)
  expect(page).toMatch('&#60;script&#62;alert(&#34;a&#38;b&#34;)')
})
