import { sql, type Claim, type Statement } from '@wushe/slice'
import type { Vault } from '@wushe/vault'

type Run = <Row>(statement: Statement<Row>) => Promise<Row[]>

/**
 * Takes every claim for its owner before anything is appended. A claim that another stream holds is given back by
 * name and owner; one that its owner no longer holds, or whose owner was never written because a process died in
 * between, is taken over.
 */
export async function takeClaims(
  claims: readonly Claim[],
  {
    tenant,
    owner,
    fresh,
    dryRun = false,
    run,
    vault,
    stillHeld,
  }: {
    tenant: string
    owner: string
    /** Nothing was written yet: it claimed nothing before. */
    fresh: boolean
    /** Only looks whether they are free. */
    dryRun?: boolean | undefined
    run: Run
    vault: Vault
    /** Does the stream hold what it claimed? Undefined when nothing was ever written to it. */
    stillHeld: (owner: string, set: string) => Promise<boolean | undefined>
  },
): Promise<{ claim: Claim; owner: string } | undefined> {
  for (const claim of claims) {
    const value = claim.personal ? await vault.blindIndex(tenant, claim.set, claim.value) : claim.value
    const scope = claim.everywhere ? '' : tenant
    for (;;) {
      const [row] = await run<{ owner: string; young: boolean }>(
        dryRun
          ? sql`
        select owner, at > now() - interval '10 seconds' as young from host.claims
        where tenant = ${scope} and set = ${claim.set} and value = ${value}`
          : sql`
        insert into host.claims as c (tenant, set, value, owner) values (${scope}, ${claim.set}, ${value}, ${owner})
        on conflict (tenant, set, value) do update set owner = c.owner
        returning owner, at > now() - interval '10 seconds' as young`,
      )
      if (!row || row.owner === owner) break
      if ((await stillHeld(row.owner, claim.set)) ?? row.young) return { claim, owner: row.owner }
      if (dryRun) break
      await run(sql`
        delete from host.claims
        where tenant = ${scope} and set = ${claim.set} and value = ${value} and owner = ${row.owner}`)
    }
    // What the owner claimed before in this set, it gives up.
    if (!fresh && !dryRun)
      await run(sql`
      delete from host.claims
      where tenant = ${scope} and set = ${claim.set} and owner = ${owner} and value <> ${value}`)
  }
  return undefined
}
