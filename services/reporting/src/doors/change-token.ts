import { sequenceOf } from './ledger.ts'

/**
 * How far somebody has come who keeps a copy: they were told of all changes up to `place`, with the sight that they had at
 * the place `scope` of the ledger on that day. While a change of sight is being told, also what it changes to, and the
 * last record that was named. Days are counted from 1970-01-01.
 */
export type Token = { place: bigint; sight: Sight | undefined; telling?: { to: Sight; last: string } }
export type Sight = { scope: bigint; day: number }

/** `d1-` and a place is what those hold whose sight never changes, and what everybody held before it was looked at. */
export const readToken = (text = first): Token => {
  const [form, place, scope, day, toScope, toDay, last] = text.split('-') as [string, ...string[]]
  const sight = form === 'd2' ? { scope: BigInt(scope!), day: Number(day) } : undefined
  return {
    place: BigInt(place!),
    sight,
    ...(last !== undefined && { telling: { to: { scope: BigInt(toScope!), day: Number(toDay) }, last } }),
  }
}

export const writeToken = ({ place, sight, telling }: Token) =>
  sight
    ? ['d2', sequenceOf(place), written(sight), ...(telling ? [written(telling.to), telling.last] : [])].join('-')
    : `d1-${sequenceOf(place)}`

const written = ({ scope, day }: Sight) => `${sequenceOf(scope)}-${String(day).padStart(5, '0')}`

const first = `d1-${sequenceOf(0n)}`
