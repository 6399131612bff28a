import { appendFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.env['WUSHE_SEEN']
const known = new Set<string>()

/** An answer or a refusal that a test saw. Kept where WUSHE_SEEN names a folder: scripts/check.ts counts what was not. */
export const seen = (one: { operation?: unknown; status?: unknown; code?: unknown }) => {
  if (!folder) return
  const { operation, status, code } = one
  const line = `${JSON.stringify({ operation, status, code })}\n`
  if (!known.has(line)) appendFileSync(join(folder, `${process.pid}.jsonl`), line)
  known.add(line)
}
