import { createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { Pool } from 'pg'
import { decrypt, encrypt } from './box.ts'
import { WrongMasterKey } from './errors.ts'
import { draw } from './random.ts'

/** Wraps keys under the key-encrypting key of their tenant and epoch. */
export type Wrapping = {
  /** The epoch that new keys are wrapped in. */
  epoch: number
  wrap: (place: Place, secret: Buffer) => Buffer
  /** Undefined when the bytes were altered or belong to another place. */
  unwrap: (place: Place & { epoch: number }, wrapped: Buffer) => KeyObject | undefined
}

/** Where a wrapped key lies; a copy in another row does not unwrap. */
type Place = { tenant: string; kind: 'key' | 'index'; name: string }

/** Reads the epochs, or begins the first, and throws WrongMasterKey unless the master key is the one that made them. */
export const openWrapping = async (pool: Pick<Pool, 'query'>, master: Buffer): Promise<Wrapping> => {
  if (master.length !== 32) throw new WrongMasterKey(`A master key has 32 bytes; this one has ${master.length}.`)
  const epochs = await readEpochs(pool, master)
  const keks = new Map<string, KeyObject>()

  const kek = (tenant: string, epoch: number) => {
    const known = keks.get(`${epoch} ${tenant}`)
    const salt = epochs.get(epoch)
    if (known || !salt) return known
    const derived = createSecretKey(derive(master, salt, `wushe/kek/v1\n${tenant}`))
    keks.set(`${epoch} ${tenant}`, derived)
    return derived
  }

  const epoch = Math.max(...epochs.keys())
  return {
    epoch,
    wrap: (place, secret) => encrypt(kek(place.tenant, epoch)!, wrapAad(place), secret),
    unwrap: (place, wrapped) => {
      const under = kek(place.tenant, place.epoch)
      const secret = under && decrypt(under, wrapAad(place), wrapped)
      return secret && createSecretKey(secret)
    },
  }
}

const readEpochs = async (pool: Pick<Pool, 'query'>, master: Buffer): Promise<Map<number, Buffer>> => {
  const { rows } = await pool.query<{ epoch: number; salt: Buffer; check_value: Buffer }>(
    'select epoch, salt, check_value from vault.kek_epochs',
  )
  if (rows.length === 0) {
    const salt = draw(32)
    await pool.query(
      'insert into vault.kek_epochs (epoch, salt, check_value) values (1, $1, $2) on conflict do nothing',
      [salt, checkValue(master, salt)],
    )
    // Another process may have been first, with another master key.
    return readEpochs(pool, master)
  }
  for (const { salt, check_value } of rows) {
    if (!timingSafeEqual(checkValue(master, salt), check_value)) {
      throw new WrongMasterKey('The keys in this vault are wrapped under another master key.')
    }
  }
  return new Map(rows.map(({ epoch, salt }) => [epoch, salt]))
}

const checkValue = (master: Buffer, salt: Buffer) => derive(master, salt, 'wushe/check/v1')

const derive = (master: Buffer, salt: Buffer, info: string) => Buffer.from(hkdfSync('sha256', master, salt, info, 32))

const wrapAad = ({ tenant, kind, name }: Place) => `wushe/wrapped-${kind}/v1\n${tenant}\n${name}`
