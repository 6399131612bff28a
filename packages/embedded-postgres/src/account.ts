import { existsSync, readFileSync, statSync } from 'node:fs'
import { PostgresFailed } from './errors.ts'

export type Account = { uid: number; gid: number; name: string }

/**
 * PostgreSQL refuses to run as root. Then whoever owns the folder runs it, so that a folder keeps its owner when its
 * user types sudo once; a folder of root's goes to the account `postgres`, or `nobody`.
 */
export const accountFor = (folder: string, data: string): Account | undefined => {
  if (process.getuid?.() !== 0) return undefined
  if (process.platform !== 'linux') {
    throw new PostgresFailed('PostgreSQL does not run as root. Start as an ordinary user, without sudo.')
  }
  for (const path of [data, folder]) {
    if (!existsSync(path)) continue
    const { uid, gid } = statSync(path)
    if (uid !== 0) return { uid, gid, name: `user ${uid}` }
  }
  const account = accountNamed('postgres') ?? accountNamed('nobody')
  if (account) return account
  throw new PostgresFailed(
    'PostgreSQL does not run as root, and this machine has neither an account postgres nor nobody to run it as. ' +
      'Start as an ordinary user, or make one: useradd --system postgres',
  )
}

const accountNamed = (name: string): Account | undefined => {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid), name } : undefined
}
