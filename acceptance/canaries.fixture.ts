import { randomUUID } from 'node:crypto'
import type { Answer, Api } from '@wushe/testkit'
import type { Step } from './telling/every-operation.fixture.ts'

// Each text is another one, so that a hit tells where it comes from; but all of a kind have a part in common, so that
// one search finds them all.
export const birthDate = '1911-04-17'
export const inCommon = {
  name: '龘靐齉',
  latinName: 'Zyxwvut-Canary',
  citizenId: '65900219110417',
  passport: 'KQ77015533-',
  birthDate,
  phone: '139-7731-4471-',
  address: '漻馫爩街',
  relation: '嬭孊姻',
  note: '黁曌圐圙',
  latinNote: 'Kanarienvogel-note',
}
/** A name that is kept in the clear, to see that the search finds what is there. */
export const control = 'Kontrollton'

/** All of as many digits, so that none begins with another one. */
let count = 100
/** Every second one in the Latin alphabet and with a passport. */
export function identity(who: string) {
  const number = ++count
  const latin = number % 2 === 0
  return {
    name: latin ? `${inCommon.latinName} ${who} ${number}` : `${inCommon.name}${number}`,
    ...(latin
      ? { idType: 'passport' as const, idNumber: `${inCommon.passport}${number}` }
      : { idType: 'citizen-id' as const, idNumber: citizenId(number) }),
    birthDate,
    phone: `+86 ${inCommon.phone}${number}`,
    address: `${inCommon.address}${number}号`,
    guardian: {
      name: `${inCommon.name}监护${number}`,
      relation: `${inCommon.relation}${number}`,
      phone: `+86 ${inCommon.phone}9${number}`,
    },
  }
}
export function text(where: string) {
  const number = ++count
  // Now and then longer than PostgreSQL keeps in one place.
  const long = number % 10 === 0 ? `${inCommon.note}长`.repeat(2000) : ''
  return number % 2 === 0 ? `${inCommon.latinNote} ${where} ${number}` : `${inCommon.note}${number}${long}`
}

/** With the check character of GB 11643. */
function citizenId(number: number) {
  const first17 = `${inCommon.citizenId}${String(number).padStart(3, '0')}`
  const sum = [...first17].reduce((total, digit, at) => total + Number(digit) * (2 ** (17 - at) % 11), 0)
  return first17 + '10X98765432'[sum % 11]!
}

/** Requests that are refused for as many reasons as there are places at which they can be. */
export function refused(
  contractor: Api,
  funder: Api,
  stepOf: (operation: string) => Step,
): Record<string, () => Promise<Answer>> {
  const person = (changes: object) => ({
    kind: 'person',
    occurredOn: '2023-02-01',
    identity: { ...identity('refused'), ...changes },
  })
  const subject = stepOf('openCase').body['subjectId']
  const erasedSubject = stepOf('approveSubjectErasure').path['subjectId']
  const caseId = stepOf('openCase').body['id']
  const known = stepOf('correctSubject').body['identity']
  const raw = (body: string, headers = {}) => contractor.post('/v1/subjects', body, headers)
  const session = { mode: 'interview', minutes: 50, occurredOn: '2023-02-08' }
  const used = randomUUID()
  return {
    'a field of another type': () => contractor.post('/v1/subjects', person({ name: [inCommon.name] })),
    'a field that is too long': () => contractor.post('/v1/subjects', person({ phone: inCommon.phone.repeat(9) })),
    'a field that is not known': () => contractor.post('/v1/subjects', person({ nickname: inCommon.latinName })),
    'identity where none belongs': () => contractor.post('/v1/activities', { ...person({}), title: inCommon.name }),
    'a number with a wrong check character': () =>
      contractor.post(
        '/v1/subjects',
        person({ idType: 'citizen-id', idNumber: citizenId(1).replace(/.$/, (last) => (last === '1' ? '2' : '1')) }),
      ),
    'a number that is too short': () =>
      contractor.post('/v1/volunteers', {
        occurredOn: '2023-02-01',
        identity: { name: inCommon.name, idNumber: inCommon.citizenId },
      }),
    'a number with a letter': () =>
      contractor.post('/v1/practitioners', {
        employment: 'full-time',
        occurredOn: '2023-02-01',
        identity: { name: inCommon.name, idNumber: `${inCommon.citizenId}O123` },
      }),
    'a number that is taken': () =>
      contractor.post('/v1/subjects', person({ idType: known.idType, idNumber: known.idNumber })),
    'a person’s name where a company’s belongs': () =>
      contractor.post('/v1/providers', { kind: 'individual', name: inCommon.name, occurredOn: '2023-02-01' }),
    'a day in the future': () => contractor.post('/v1/subjects', { ...person({}), occurredOn: '2999-01-01' }),
    'a note about somebody erased': () =>
      contractor.post(`/v1/subjects/${erasedSubject}/correction`, {
        kind: 'person',
        occurredOn: '2023-02-01',
        reason: 'other',
        note: text('erased'),
      }),
    'a note on a case that does not exist': () =>
      contractor.post('/v1/cases/cas_00000000000000000000000009/sessions', { ...session, note: text('nowhere') }),
    'a note without If-Match': () =>
      contractor.post(
        `/v1/cases/${caseId}/closure`,
        { reason: 'lost', occurredOn: '2023-06-01', note: text('blind') },
        { 'if-match': undefined },
      ),
    'a note on an old version': () =>
      contractor.post(
        `/v1/cases/${caseId}/closure`,
        { reason: 'lost', occurredOn: '2023-06-01', note: text('late') },
        { 'if-match': '"v1"' },
      ),
    'a note from whom may not write': () =>
      funder.post(`/v1/cases/${caseId}/sessions`, { ...session, note: text('funder') }),
    'another request under a used key': async () => {
      await contractor.post('/v1/subjects', person({}), { 'idempotency-key': used })
      return contractor.post('/v1/subjects', person({}), { 'idempotency-key': used })
    },
    'half of a body': () => raw(JSON.stringify(person({})).slice(0, -2)),
    'a body that is too long': () => raw(JSON.stringify({ ...person({}), filler: inCommon.note.repeat(100_000) })),
    'a body in another encoding': () =>
      raw(JSON.stringify(person({})), { 'content-type': 'application/json; charset=gb18030' }),
    'a body of another kind': () => raw(`name=${inCommon.latinName}`, { 'content-type': 'text/plain' }),
    'half of a character in a name': () =>
      raw(`{"kind":"person","occurredOn":"2023-02-01","identity":{"name":"${inCommon.name}\\ud800"}}`),
    'a name at the bottom of a well': () => raw(`${'{"name":'.repeat(5000)}"${inCommon.name}"${'}'.repeat(5000)}`),
    'a zero in a title': () =>
      contractor.post('/v1/activities', {
        kind: 'lecture',
        title: `${inCommon.name}\0`,
        plannedOccurrences: 1,
        occurredOn: '2023-02-01',
      }),
    'a name in a query': () => contractor.get(`/v1/subjects?name=${encodeURIComponent(inCommon.name)}`),
    'a name in a filter': () => contractor.get(`/v1/subjects?kind=${inCommon.latinName}`),
    'a name in a path': () => contractor.get(`/v1/subjects/${encodeURIComponent(inCommon.name)}`),
    'a name in a path that does not exist': () => contractor.get(`/v1/${encodeURIComponent(inCommon.name)}`),
    'a name in a cursor': () => contractor.get(`/v1/subjects?cursor=${encodeURIComponent(inCommon.name)}`),
    'a name in a Sync-Token': () => contractor.get('/v1/subjects', { 'sync-token': inCommon.latinName }),
    'a name in the place of a key': () =>
      contractor.get('/v1/subjects', { authorization: `Bearer ${inCommon.latinName}` }),
    'a short Idempotency-Key': () =>
      contractor.post(
        `/v1/subjects/${subject}/voiding`,
        { reason: 'other' },
        { 'idempotency-key': `${inCommon.latinName}${'!'.repeat(300)}` },
      ),
  }
}
