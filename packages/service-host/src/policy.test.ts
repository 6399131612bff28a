import { describe, expect, test } from '@jest/globals'
import type { Actor } from '@wushe/slice'
import { testDatabase } from '@wushe/testkit/postgres'
import { Client } from 'pg'
import { policy, type Access } from './contract.ts'
import {
  fieldsOf,
  knows,
  mayWrite,
  refuseAgreement,
  refuseElsewhere,
  refuseOperation,
  sees,
  visible,
} from './policy.ts'

const contractor: Actor = { orgId: 'org_a', kind: 'contractor', keyId: 'key_a', agreementIds: ['agr_1'] }
const funder: Actor = { orgId: 'org_f', kind: 'funder', keyId: 'key_f', agreementIds: ['agr_1', 'agr_2'] }
const operator: Actor = { orgId: 'org_o', kind: 'operator', keyId: 'key_o', agreementIds: [] }
const figuresOnly: Actor = { ...funder, grants: { agr_1: { id: 'gra_1', view: 'aggregate', basis: 'audit' } } }
const named = (basis: string): Actor => ({ ...funder, grants: { agr_1: { id: 'gra_2', view: 'named', basis } } })
const stationHead: Actor = { ...contractor, role: 'station-head', within: { sites: ['sta_1'] } }
const worker: Actor = { ...contractor, role: 'social-worker', within: { assignments: ['cas_1'] } }
const actors: Record<string, Actor> = {
  ...{ contractor, funder, operator, figuresOnly, stationHead, worker },
  named: named('audit'),
  homeless: { ...contractor, role: 'station-head' },
  granted: { ...stationHead, access: { sub_1: 'acg_1' } },
  hurried: { ...worker, override: { id: 'aor_1', personId: 'sub_1' } },
}

const hand = (orgId: string) => ({ keyId: 'key_of_another', orgId })
const row = { id: 'cas_1', tenant: 'org_a', agreementId: 'agr_1', siteId: 'sta_1', stream: 'case-cas_1' }
const rows = ['org_a', 'org_b'].flatMap((tenant) =>
  ['agr_1', 'agr_2', 'agr_3', null].flatMap((agreementId) =>
    ['sta_1', 'sta_2', null].flatMap((siteId) =>
      ['cas_1', 'cas_2'].flatMap((of) =>
        [of, `ses_${of}`, 'sta_1', 'sub_1'].map((id, at) => ({
          ...{ id, tenant, agreementId, siteId, stream: `case-${of}` },
          body: {
            askedBy: [{ keyId: 'key_a', orgId: 'org_a' }, { keyId: 'key_f', orgId: 'org_f' }, hand('org_a')][at % 3]!,
          },
        })),
      ),
    ),
  ),
)

test('what a list’s statement lets through is what the function lets through, for every rule, actor and row', async () => {
  const database = await testDatabase()
  const pool = new Client({ connectionString: database.url })
  await pool.connect()
  await pool.query(
    'create table record (id text, tenant text, agreement_id text, site_id text, stream text, body jsonb)',
  )
  for (const { id, tenant, agreementId, siteId, stream, body } of rows)
    await pool.query('insert into record values ($1, $2, $3, $4, $5, $6)', [
      ...[id, tenant, agreementId, siteId, stream, body],
    ])
  let shown = 0
  for (const [rule, access] of Object.entries(policy.rules))
    for (const [name, actor] of Object.entries(actors)) {
      const { text, values } = visible(access, actor)
      const { rows: found } = await pool.query(
        `select id, tenant, agreement_id as "agreementId", site_id as "siteId", stream, body from record where ${text}`,
        values as unknown[],
      )
      const asText = (some: object[]) => some.map((one) => JSON.stringify(one)).sort()
      expect([rule, name, asText(found)]).toEqual([rule, name, asText(rows.filter((one) => sees(access, actor, one)))])
      shown += found.length
    }
  expect(shown).toBeGreaterThan(500)
  await pool.end()
  await database.drop()
})

describe('a contractor', () => {
  test('sees what belongs to it, whatever the agreement, and all fields of it', () => {
    expect(sees(facts, contractor, { ...row, agreementId: null })).toBe(true)
    expect(sees(facts, contractor, { ...row, tenant: 'org_b' })).toBe(false)
    expect(fieldsOf(contractor, row).sections).toBe('all')
  })
  test('opens nothing of another one', () =>
    expect(fieldsOf(contractor, { ...row, tenant: 'org_b' }).sections).toEqual([]))
})

describe('a role within an organisation', () => {
  test('that is limited to stations sees those stations and what was recorded there', () => {
    expect(sees(facts, stationHead, row)).toBe(true)
    expect(sees(facts, stationHead, { ...row, siteId: 'sta_2' })).toBe(false)
    expect(sees(facts, stationHead, { ...row, id: 'sta_1', siteId: null })).toBe(true)
  })
  test('that is limited to assignments sees them and what stands in them', () => {
    expect(sees(facts, worker, { ...row, id: 'ses_1' })).toBe(true)
    expect(sees(facts, worker, { ...row, id: 'cas_2', stream: 'case-cas_2' })).toBe(false)
  })
  test('records nothing at a station that is not its own', () => {
    expect(refuseElsewhere(stationHead, { siteId: 'sta_2' })?.refused).toBe('station-not-known')
    for (const [actor, data] of [
      [stationHead, { siteId: 'sta_1' }],
      [stationHead, {}],
      [contractor, { siteId: 'sta_2' }],
    ] as const)
      expect(refuseElsewhere(actor, data)).toBeUndefined()
  })
  test('writes to what it sees, and to nothing else of its organisation', () => {
    const begun = { meta: { tenant: 'org_a', actor: hand('org_a') } }
    const write = policy.rules['record-facts']!
    expect(mayWrite(write, stationHead, begun, row)).toBe(true)
    expect(mayWrite(write, stationHead, begun, { ...row, siteId: 'sta_2' })).toBe(false)
    expect(mayWrite(write, contractor, begun, { ...row, siteId: 'sta_2' })).toBe(true)
    expect(mayWrite(write, contractor, { meta: { ...begun.meta, tenant: 'org_b' } }, row)).toBe(false)
  })
  test('reads the record of a person that an access grant or an emergency opens, and does not write to it', () => {
    const person = { ...row, id: 'sub_1', siteId: 'sta_2', stream: 'subject-sub_1' }
    const emergency = { override: { id: 'aor_1', personId: 'sub_1' } }
    for (const [actor, opening] of [
      [{ ...stationHead, access: { sub_1: 'acg_1' } }, { accessGrantId: 'acg_1' }],
      [{ ...worker, access: { sub_1: 'acg_1' } }, { accessGrantId: 'acg_1' }],
      [{ ...worker, ...emergency }, { overrideId: 'aor_1' }],
    ] as const) {
      expect(sees(facts, actor, person)).toBe(true)
      expect(fieldsOf(actor, person)).toMatchObject({ sections: 'all', ...opening })
      expect(sees(facts, actor, { ...person, id: 'sub_2', stream: 'subject-sub_2' })).toBe(false)
      const begun = { meta: { tenant: 'org_a', actor: hand('org_a') } }
      expect(mayWrite(policy.rules['record-facts']!, actor, begun, person)).toBe(false)
      expect(knows(actor, person)).toBe(false)
    }
    expect(fieldsOf({ ...stationHead, ...emergency }, row)).not.toHaveProperty('overrideId')
  })
  test('that is limited to nothing in particular sees nothing', () =>
    expect(sees(facts, actors['homeless']!, row)).toBe(false))
  test('may not erase a person: that is for the admin', () => {
    expect(refuseOperation(policy.rules['erase-people']!, worker)?.refused).toBe('not-permitted')
    expect(refuseOperation(policy.rules['erase-people']!, contractor)).toBeUndefined()
  })
})

describe('a funder', () => {
  test('who is a party sees facts of its agreements and no identity, without any grant', () => {
    expect(sees(facts, funder, row)).toBe(true)
    expect(sees(facts, funder, { ...row, agreementId: 'agr_3' })).toBe(false)
    expect(sees(facts, funder, { ...row, agreementId: null })).toBe(false)
    expect(fieldsOf(funder, row)).toEqual({ classes: ['public', 'internal'], sections: [] })
  })
  test('with a grant of figures sees the agreement and its figures, and no record of it', () => {
    expect(sees(facts, figuresOnly, row)).toBe(false)
    expect(sees(facts, figuresOnly, { ...row, agreementId: 'agr_2' })).toBe(true)
    expect(sees(policy.rules['read-agreements']!, figuresOnly, row)).toBe(true)
    expect(refuseAgreement(policy.rules['read-figures']!, figuresOnly, 'agr_1')).toBeUndefined()
    expect(refuseAgreement(behindFigures, figuresOnly, 'agr_1')?.refused).toBe('figures-only')
    expect(refuseAgreement(behindFigures, figuresOnly, 'agr_3')?.refused).toBe('not-found')
  })
  test('writes to what it began, be it of a contractor, and to no other thing under its agreements', () => {
    const drafted = { meta: { tenant: 'org_a', actor: hand('org_f') } }
    const write = policy.rules['run-agreements']!
    expect(mayWrite(write, funder, drafted, row)).toBe(true)
    expect(mayWrite(write, { ...funder, orgId: 'org_g' }, drafted, row)).toBe(false)
    expect(mayWrite(policy.rules['read-facts']!, funder, drafted, row)).toBe(false)
  })
  test('with a grant of names sees of identity what the basis of the grant opens, and never a note', () => {
    expect(fieldsOf(named('audit'), row)).toMatchObject({
      classes: ['public', 'internal', 'pii.direct'],
      sections: expect.not.arrayContaining(['note']) as unknown,
      grant: { id: 'gra_2' },
    })
    expect(fieldsOf(named('statutory-duty'), row).classes).toContain('pii.sensitive')
    expect(fieldsOf(named('audit'), { ...row, agreementId: 'agr_2' }).sections).toEqual([])
  })
})

test('the operator sees no facts, and what nobody wrote a rule for nobody may do', () => {
  expect(sees(facts, operator, row)).toBe(false)
  expect(refuseOperation(facts, operator)?.refused).toBe('not-permitted')
  for (const actor of Object.values(actors)) expect(refuseOperation({ may: {} }, actor)?.refused).toBe('not-permitted')
})

const facts: Access = policy.rules['read-facts']!
const behindFigures: Access = policy.rules['read-facts-behind-figures']!
