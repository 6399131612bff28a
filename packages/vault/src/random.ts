import { randomFillSync } from 'node:crypto'

/** 32 secret random bytes for one commitment. */
export const newSalt = (): Buffer => draw(32)

/** Random bytes out of a pool: asking the generator for each few bytes costs ten times as much as sealing should. */
export const draw = (size: number): Buffer => {
  if (used + size > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const drawn = Buffer.from(pool.subarray(used, used + size))
  // What was handed out must not lie here as well, and must never be handed out again.
  pool.fill(0, used, used + size)
  used += size
  return drawn
}

const pool = Buffer.alloc(65_536)
let used = pool.length
