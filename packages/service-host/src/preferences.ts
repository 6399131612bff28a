/** What of RFC 7240's Prefer we heed; the rest is passed over, as the RFC says. */
export type Preferences = {
  /** Whether a write is answered without a body. */
  minimal: boolean
  /** How long an answer may wait for what the Sync-Token asks for, in seconds: 2 unless said, 10 at most. */
  wait: number
  waitAsked: boolean
}

export function preferencesOf(prefer = ''): Preferences {
  const wanted = new Map(
    prefer
      .toLowerCase()
      .split(/[,;]/)
      .map((one) => one.split('=').map((part) => part.trim().replaceAll('"', '')) as [string, string | undefined]),
  )
  const seconds = /^\d{1,4}$/.test(wanted.get('wait') ?? '') ? Math.min(Number(wanted.get('wait')), 10) : undefined
  return { minimal: wanted.get('return') === 'minimal', wait: seconds ?? 2, waitAsked: seconds !== undefined }
}
