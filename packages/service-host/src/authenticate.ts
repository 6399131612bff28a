import { timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv6 } from 'node:net'
import {
  hashOfApiKey,
  keyIdOf,
  refuse,
  sameHand,
  type Actor,
  type Hand,
  type Moment,
  type Statement,
} from '@wushe/slice'
import { LRUCache } from 'lru-cache'
import { clientRow, keyRow, organisationRow, type Known } from './access.ts'
import { scopesOfKind } from './contract.ts'
import { Refused } from './problem.ts'
import type { Claims, Tokens } from './tokens.ts'

/** What a request shows of who sent it. */
export type Presented = { authorization: string | undefined; address: string }

type Entry = {
  row: (Known & { hash?: string }) | undefined
  scopes: readonly string[]
  allows: (address: string) => boolean
}

/**
 * Tells from an API key or an access token on whose behalf a request is made. What the read-copy says is kept for a
 * second, so that a revocation is felt at once; the signature of a token is checked once and remembered with it.
 * Whatever is wrong with a credential, unknown, revoked, expired or used from elsewhere, the answer is the same.
 */
export function authenticator(run: <Row>(statement: Statement<Row>) => Promise<Row[]>, tokens: Tokens) {
  const known = new LRUCache<string, Entry>({ max: 5000, ttl: 1000 })
  const agreed = new WeakMap<Claims, { of: readonly string[]; scopes: readonly string[] }>()

  /** What both the token and the client may, counted anew only when the client was looked up anew. */
  const common = (claims: Claims, of: readonly string[]) => {
    const found = agreed.get(claims)
    if (found?.of === of) return found.scopes
    const scopes = of.filter((scope) => claims.scopes.includes(scope))
    agreed.set(claims, { of, scopes })
    return scopes
  }

  const entryOf = async (id: string, fresh: boolean, statement: Statement<Known & { hash?: string }>) => {
    const found = fresh ? undefined : known.get(id)
    if (found) return found
    const [row] = await run(statement)
    const entry = { row, scopes: row ? expanded(row.scopes, row.kind) : [], allows: allowedBy(row?.addresses) }
    known.set(id, entry)
    return entry
  }

  return async (
    { authorization, address }: Presented,
    { now, today }: Pick<Moment, 'now' | 'today'>,
    fresh: boolean,
  ): Promise<Actor> => {
    const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
    if (!text) throw new Refused(refuse('key-missing'))
    if (text.includes('.')) {
      const claims = await tokens.verify(text, new Date(now))
      const { clientId, orgId, person } = claims
      const { row, scopes, allows } = claims.foreign
        ? await entryOf(orgId, fresh, organisationRow(orgId, today))
        : await entryOf(clientId, fresh, clientRow(clientId, today))
      if (row?.org_id !== orgId || !allows(address)) throw new Refused(refuse('token-not-valid'))
      if (person !== undefined && !/^[A-Za-z0-9._:-]{1,64}$/.test(person)) throw new Refused(refuse('actor-not-opaque'))
      const hand = { orgId, keyId: clientId, ...(person !== undefined && { person }) }
      return {
        ...{ ...hand, kind: row.kind },
        ...{ scopes: common(claims, scopes), ...agreementsOf(row), ...standingOf(row), ...accessOf(row, hand) },
      }
    }
    const keyId = keyIdOf(text)
    if (!keyId) throw new Refused(refuse('key-malformed'))
    const { row, scopes, allows } = await entryOf(keyId, fresh, keyRow(keyId, today))
    // An unknown key is compared too, and takes as long.
    const same = timingSafeEqual(Buffer.from(row?.hash ?? nobody), Buffer.from(hashOfApiKey(text)))
    if (!row || !same || !allows(address)) throw new Refused(refuse('key-not-valid'))
    const hand = { orgId: row.org_id, keyId }
    return { ...hand, kind: row.kind, scopes, ...agreementsOf(row), ...standingOf(row), ...accessOf(row, hand) }
  }
}

const agreementsOf = ({ agreement_ids: agreementIds, grants }: Known) => ({ agreementIds, ...(grants && { grants }) })

/** For which of the organisation's people it is; a social worker's own record is among what is assigned to them. */
const standingOf = ({ role, site_ids: sites, worker_id: worker, assigned }: Known) =>
  role
    ? { role, within: { ...(sites && { sites }), ...(worker && { assignments: [worker, ...(assigned ?? [])] }) } }
    : {}

/** What an access grant opens: to a funder as a whole, within a contractor to the hand that asked. */
const accessOf = ({ kind, access }: Known, hand: Hand) => {
  const its = access?.filter((one) => kind === 'funder' || sameHand(one, hand)) ?? []
  return its.length > 0 && { access: Object.fromEntries(its.map(({ personId, id }) => [personId, id])) }
}

/** `*` is everything that the kind of organisation may do. */
export const expanded = (scopes: readonly string[], kind: string): readonly string[] => {
  const all = scopesOfKind[kind] ?? []
  return scopes.includes('*') ? all : all.filter((scope) => scopes.includes(scope))
}

/** From where a credential may be used: addresses and networks (CIDR), or everywhere. */
export const allowedBy = (addresses: readonly string[] | null | undefined): ((address: string) => boolean) => {
  if (!addresses?.length) return () => true
  const list = new BlockList()
  for (const one of addresses) {
    const [net = '', bits] = one.split('/')
    const family = isIPv6(net) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(net, family)
    else list.addSubnet(net, Number(bits), family)
  }
  return (address) => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
    return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
  }
}

export const nobody = '0'.repeat(64)
