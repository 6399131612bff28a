// What a program that uses this package may write, and what the compiler must not let pass. Compiled here, and once more
// against the built package as somebody else gets it.
import { createWushe, isProblem, type ItemOf, type Schemas, type WusheProblem } from '@wushe/sdk'

export async function program() {
  const wushe = createWushe({ baseUrl: 'https://wushe.example', apiKey: 'wsk_1', language: 'en' })

  const opened = await wushe.post('/v1/cases', {
    // What has a default may be left out.
    body: { subjectId: 'sub_1', kind: 'in-depth', occurredOn: '2023-05-17' },
  })
  const version: number = opened.data.version
  const caseFile: Schemas['Case'] = opened.data
  await wushe.post('/v1/cases/{caseId}/closure', {
    path: { caseId: caseFile.id },
    body: { reason: 'moved', occurredOn: '2023-06-01' },
    ifMatch: version,
    idempotencyKey: 'row 17 of may.xlsx',
  })
  await wushe.get('/v1/cases')
  for await (const item of wushe.pages('/v1/cases', { query: { status: 'closed', limit: 500 } })) {
    const one: ItemOf<'/v1/cases'> = item
    one.id.toUpperCase()
  }

  // @ts-expect-error There is no such address.
  await wushe.get('/v1/case')
  // @ts-expect-error It cannot be posted to.
  await wushe.post('/v1/me')
  // @ts-expect-error Which case?
  await wushe.get('/v1/cases/{caseId}')
  // @ts-expect-error A body is needed.
  await wushe.post('/v1/cases')
  // @ts-expect-error The day is missing.
  await wushe.post('/v1/cases', { body: { subjectId: 'sub_1', kind: 'in-depth' } })
  // @ts-expect-error There is no such status.
  wushe.pages('/v1/cases', { query: { status: 'asleep' } })
  // @ts-expect-error It is one thing, not a list.
  wushe.pages('/v1/me')
  // @ts-expect-error Nobody says who asks.
  createWushe({ baseUrl: 'https://wushe.example' })
}

export function whatWentWrong(error: unknown): string {
  if (isProblem(error, 'outside-agreement')) return `${error.params.agreementId} from ${error.params.from}`
  if (isProblem(error, 'version-conflict', 'case-not-open'))
    switch (error.code) {
      case 'version-conflict':
        // @ts-expect-error That is said of a case that is not open.
        return `${error.params.currentVersion}${error.params.status}`
      case 'case-not-open':
        return `${error.params.status}`
    }
  // @ts-expect-error There is no such code.
  if (isProblem(error, 'case-asleep')) return ''
  if (isProblem(error)) return describe(error)
  return 'unknown'
}
const describe = (problem: WusheProblem) => `${problem.status} ${problem.code} ${problem.remedy ?? ''}`
