import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { PostgresFailed } from './errors.ts'
import type { Folder } from './folder.ts'
import { ended, type Programs } from './programs.ts'

type Making = { password: string; durable: boolean; log: (line: string) => void }

/** Made aside and renamed when whole, so that a first start that is killed leaves nothing half made. */
export const createData = async (folder: Folder, programs: Programs, { password, durable, log }: Making) => {
  log(`Making a PostgreSQL ${programs.major} cluster in ${folder.data}`)
  const half = fs.mkdtempSync(join(folder.path, halfMade))
  const secret = secretFile(folder, `${half}.password`, password)
  if (folder.account) fs.chownSync(half, folder.account.uid, folder.account.gid)
  try {
    await initdb(programs, half, durable ? layout : [...layout, '--no-sync'], secret)
    fs.renameSync(half, folder.data)
    if (durable) syncFolder(folder.path)
  } finally {
    fs.closeSync(secret)
    fs.rmSync(half, { recursive: true, force: true })
  }
}

/** Call it with the folder locked: nobody else is then making anything in it. */
export const removeHalfMade = async (folder: Folder) => {
  const names = fs.readdirSync(folder.path).filter((name) => name.startsWith(halfMade))
  for (const path of names.map((name) => join(folder.path, name))) {
    // An initdb that was killed a moment ago may still be writing into it. One removal then leaves the folder behind,
    // and says nothing.
    while (fs.existsSync(path)) await rm(path, { recursive: true, force: true, maxRetries: 20 })
  }
}

/** The major version that wrote the data, such as `18`. */
export const dataVersion = (folder: Folder) => {
  try {
    return fs.readFileSync(join(folder.data, 'PG_VERSION'), 'utf8').trim()
  } catch (error) {
    throw new PostgresFailed(
      `${folder.data} is there, but is no PostgreSQL cluster (${(error as Error).message}). ` +
        `Nothing was changed. Choose another folder, or move this one away.`,
    )
  }
}

/** A folder that root copied or restored is root's, and PostgreSQL takes only one of its own account, shut to others. */
export const handOver = ({ data, account }: Folder) => {
  if (!account || fs.statSync(data).uid === account.uid) return
  const { status, stderr } = spawnSync('chown', ['-hR', `${account.uid}:${account.gid}`, data], { encoding: 'utf8' })
  if (status !== 0) throw new PostgresFailed(`${data} could not be handed to ${account.name}: ${stderr.trim()}`)
  fs.chmodSync(data, 0o700)
}

const halfMade = 'data.new-'

const layout = [
  '--username=wushe',
  '--auth=scram-sha-256',
  '--pwfile=/dev/fd/3',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
]

/** The password goes to initdb as an open file without a name, so that no crash leaves it on the disk. */
const secretFile = (folder: Folder, path: string, secret: string) => {
  fs.writeFileSync(path, `${secret}\n`, { mode: 0o600 })
  const file = fs.openSync(path, 'r')
  if (folder.account) fs.fchownSync(file, folder.account.uid, folder.account.gid)
  fs.unlinkSync(path)
  return file
}

const initdb = async (programs: Programs, data: string, args: string[], secret: number) => {
  const child = programs.run('initdb', data, args, ['ignore', 'ignore', 'pipe', secret])
  const [exit, words] = await Promise.all([ended(child), text(child.stderr!)])
  if (exit.code !== 0) throw new PostgresFailed(`initdb could not make ${data}: ${words.trim()}`)
}

/** A rename survives a power cut once the folder it happened in is on the disk. */
const syncFolder = (path: string) => {
  const folder = fs.openSync(path, 'r')
  fs.fsyncSync(folder)
  fs.closeSync(folder)
}
