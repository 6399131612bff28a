import type { ServiceName } from '@wushe/contracts'
import { refuse } from '@wushe/slice'
import { Refused } from './problem.ts'

/** `case=pg:00000000004c4b40;sn=5000000, reporting=…`: one position per service, after Azure App Configuration. */
export const writeSyncToken = (service: ServiceName, position: string) =>
  `${service}=${position};sn=${BigInt(`0x${position.slice(3)}`)}`

export const readSyncToken = (header: string | undefined): Map<ServiceName, string> => {
  const tokens = new Map<ServiceName, string>()
  for (const part of header?.split(',') ?? []) {
    const match = /^\s*(access|case|volunteer|resources|reporting)=([a-z]{2}:[0-9a-f]{16,32})(?:;sn=\d+)?\s*$/.exec(
      part,
    )
    if (!match) throw new Refused(refuse('sync-token-invalid'))
    const [, name, position] = match as unknown as [string, ServiceName, string]
    if ((tokens.get(name) ?? '') < position) tokens.set(name, position)
  }
  return tokens
}
