import type { Schemas } from '@wushe/contracts'
import { checkCitizenId } from '@wushe/contracts/codes'
import { refuse, type Claim, type Refusal } from '@wushe/slice'

type Identity = Schemas['Identity']

/** A citizen's ID number carries its own proof; those of other documents are taken as they are. */
export const refuseIdNumber = ({ idType, idNumber }: Identity, today: string): Refusal | undefined => {
  if (idType !== 'citizen-id' || idNumber === undefined) return undefined
  const check = checkCitizenId(idNumber)
  if (!check.ok) return invalid(check.position, check.reason)
  return check.birthDate > today ? invalid(7, 'birth-date') : undefined
}

/** Two living records of one organisation do not share an ID number. */
export const idNumberClaims = ({ body }: { body: { identity?: Identity } }): Claim[] => {
  const { idType, idNumber } = body.identity ?? {}
  if (idNumber === undefined) return []
  const number = idNumber.toUpperCase()
  const value = idType === 'citizen-id' ? number : `${idType} ${number}`
  return [{ set: 'subject-id-number', value, personal: true, taken: 'id-number-taken' }]
}

const invalid = (position: number, reason: string) =>
  refuse('id-number-invalid', { pointer: '#/identity/idNumber', position, reason })
