// What a sandbox holds at its beginning: three organisations with a key each, an agreement in force, a station, and
// persons whom nobody ever was. The same every time, ids and all.
import { createHmac } from 'node:crypto'
import { act, caughtUp, idActed, type Host } from '@wushe/service-host'
import { makeApiKey, sql, type Actor } from '@wushe/slice'
import type { Role } from './first-organisations.ts'

const organisations = {
  operator: { kind: 'operator', name: '沙箱运营方' },
  contractor: { kind: 'contractor', name: '沙箱社会工作服务中心' },
  funder: { kind: 'funder', name: '沙箱区民政局', funderKind: 'state-organ' },
} as const
const roles = Object.keys(organisations) as Role[]

/** The keys with which every beginning of a sandbox that has this secret can be used. */
export const sandboxKeys = (secret: string) =>
  Object.fromEntries(
    roles.map((role) => [role, makeApiKey(idActed('key', keyNamed(role)), chanceFor(role, secret), sandbox).text]),
  ) as Record<Role, string>

export const sandboxBeginning = (secret: string) => async (host: Pick<Host, 'services'>) => {
  for (const role of roles) {
    const organisationId = await act(
      host,
      'registerOrganisation',
      { body: organisations[role] },
      { key: `${role} of it` },
    )
    const issue = { path: { organisationId }, body: { label: 'first key' } }
    await act(host, 'issueApiKey', issue, { key: keyNamed(role), chance: chanceFor(role, secret) })
  }
  await caughtUp(host)

  const funder = by('funder')
  const draft = {
    ...{ contractorId: orgOf('contractor'), title: '沙箱示范协议', legalBasis: 'government-procurement' },
    ...{ from: '2025-01-01', to: '2034-12-31', divisions: ['659002003'], valueFen: 30_000_000 },
    funds: [{ funderId: orgOf('funder'), share: 10_000 }],
  }
  const agreementId = await act(host, 'draftAgreement', { body: draft }, funder('draft'))
  const path = { agreementId }
  await act(host, 'signAgreement', { path, body: { signedOn: '2024-12-20' } }, funder('sign'))
  await act(host, 'activateAgreement', { path, body: { occurredOn: '2025-01-01' } }, funder('activate'))
  await caughtUp(host)

  const contractor = by('contractor')
  const station = {
    name: '沙箱社工站',
    level: 'hq',
    divisionCode: '659002003',
    occurredOn: '2025-01-06',
    agreementId,
  }
  const siteId = await act(host, 'establishStation', { body: station }, contractor('station'))
  const at = { agreementId, siteId }
  const worker = {
    employment: 'full-time',
    occurredOn: '2025-01-06',
    identity: { name: '沙箱社工', idType: 'none' },
    ...at,
  }
  await act(host, 'registerPractitioner', { body: worker }, contractor('practitioner'))
  for (const name of ['甲试', '乙试', '丙试']) {
    const body = { kind: 'person', categories: [], occurredOn: '2025-03-03', divisionCode: '659002003', ...at }
    const identity = { name, idType: 'none' }
    const subjectId = await act(host, 'registerSubject', { body: { ...body, identity } }, contractor(`subject ${name}`))
    const opened = {
      kind: 'in-depth',
      problems: [],
      serviceAgreementSigned: true,
      occurredOn: '2025-03-10',
      subjectId,
      ...at,
    }
    await act(host, 'openCase', { body: opened }, contractor(`case ${name}`))
  }
  const activity = { kind: 'lecture', title: '沙箱讲座', plannedOccurrences: 2, occurredOn: '2025-05-20', ...at }
  await act(host, 'planActivity', { body: activity }, contractor('activity'))
  await caughtUp(host)
  const { rows } = host.services.find(({ name }) => name === 'access')!
  const keys = roles.map((role) => idActed('key', keyNamed(role)))
  const [ends] = await rows(sql<{ on: string }>`
    select min(expires_on)::text as on from host.keys where key_id = any(${keys})`)
  return ends!.on
}

const sandbox = { sandbox: true } as const
const keyNamed = (role: Role) => `the sandbox’s key ${role}`
const chanceFor = (role: Role, secret: string) =>
  createHmac('sha256', secret).update(`sandbox key ${role}`).digest('hex')
const orgOf = (role: Role) => idActed('org', `${role} of it`)

/** On behalf of an organisation. */
const by = (role: Role) => (what: string) => {
  const as: Actor = { orgId: orgOf(role), kind: role, keyId: idActed('key', keyNamed(role)), agreementIds: [] }
  return { key: `the sandbox’s ${what}`, as }
}
