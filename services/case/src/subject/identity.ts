import type { Schemas } from '@wushe/contracts'
import { idNumberOf, type Claim } from '@wushe/slice'

/** Two living records of one organisation do not share an ID number. */
export const idNumberClaims = ({ body }: { body: { identity?: Schemas['Identity'] } }): Claim[] => {
  const number = body.identity && idNumberOf(body.identity)
  if (!number) return []
  const value = number.type === 'citizen-id' ? number.value : `${number.type} ${number.value}`
  return [{ set: 'subject-id-number', value, personal: true, taken: 'id-number-taken' }]
}
