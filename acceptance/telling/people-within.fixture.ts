// The people of an organisation, who see less of it than its admin: each with a key of their own.
import type { Schemas } from '@wushe/contracts'
import { caughtUp } from '@wushe/service-host'
import type { Api, Booted } from '@wushe/testkit'

export type Person = Api & { keyId: string }

/** A key that stands for a role of the admin's organisation. */
export async function aPersonOf(
  { host, withKey }: Booted,
  admin: Api,
  standing: { role: Schemas['Role']; within?: Schemas['Within'] },
): Promise<Person> {
  const { status, body } = await admin.post(`/v1/organisations/${admin.orgId}/keys`, {
    label: standing.role,
    ...standing,
  })
  if (status !== 201) throw new Error(JSON.stringify(body))
  await caughtUp(host)
  return { ...withKey(body.data.secret), orgId: admin.orgId, keyId: body.data.id }
}

/** Requests of somebody for access to a person, in every state, and two emergencies, one of them reviewed. */
export async function accessTold(by: Api, admin: Api, personId: string, more: object = {}) {
  const ask = async () => {
    const request = { personId, purpose: 'supervision', until: inDays(30), reason: '督导需了解此前服务经过', ...more }
    return idOf(await by.post('/v1/access-grants', request))
  }
  const grants = [await ask(), await ask(), await ask(), await ask()] as const
  const [, approved, refused, ended] = grants
  await admin.post(`/v1/access-grants/${approved}/approval`, {})
  await admin.post(`/v1/access-grants/${refused}/refusal`, { reason: 'not-needed' })
  await admin.post(`/v1/access-grants/${ended}/ending`, { reason: 'other' })
  return grants
}

export async function emergenciesTold(by: Api, admin: Api, personId: string) {
  const start = async () => {
    const emergency = { personId, purpose: 'safety-emergency', reason: '来电称其处境危险，须立即联系' }
    return idOf(await by.post('/v1/access-overrides', emergency))
  }
  const overrides = [await start(), await start()] as const
  await by.post(`/v1/access-overrides/${overrides[0]}/ending`, {})
  await admin.post(`/v1/access-overrides/${overrides[0]}/review`, { finding: 'justified', note: '情况属实' })
  return overrides
}

export function inDays(days: number) {
  return new Date(Date.now() + (days * 24 + 8) * 3_600_000).toISOString().slice(0, 10)
}

const idOf = ({ status, body }: { status: number; body: any }): string => {
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.data.id
}
