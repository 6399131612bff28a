import type { Schemas } from '@wushe/contracts'
import { checkCitizenId } from '@wushe/contracts/codes'
import { refuse, type Refusal, type Sealed } from './decision.ts'

type Identity = Schemas['Identity']

/** Free text: under the key of the person it speaks of, or under the organisation's when it speaks of nobody. */
export const sealedNote = (note: string | undefined, personId?: string): Sealed | undefined =>
  note === undefined ? undefined : { [personId ? `note.${personId}` : 'note']: note }

/** Who a person is, the ID number in its one way of writing. */
export const sealedIdentity = (personId: string, identity: Identity): Sealed => {
  const number = idNumberOf(identity)
  return { [`pii.${personId}`]: number ? { ...identity, idNumber: number.value } : identity }
}

/** The sections of one event; none when there is nothing to seal. */
export const together = (...sections: (Sealed | undefined)[]): Sealed | undefined => {
  const all: Sealed = Object.assign({}, ...sections)
  return Object.keys(all).length > 0 ? all : undefined
}

/** What makes the same person the same in every way of writing; undefined when no document was named. */
export const idNumberOf = ({ idType = 'citizen-id', idNumber }: Identity) =>
  idNumber === undefined || idType === 'none' ? undefined : { type: idType, value: idNumber.trim().toUpperCase() }

/** A citizen's ID number carries its own proof; the numbers of other documents have no form that could be checked. */
export const refuseIdNumber = (identity: Identity, today: string): Refusal | undefined => {
  const number = idNumberOf(identity)
  if (number?.type !== 'citizen-id') return undefined
  const pointer = '#/identity/idNumber'
  const check = checkCitizenId(number.value)
  if (!check.ok) return refuse('id-number-invalid', { pointer, position: check.position, reason: check.reason })
  return check.birthDate > today
    ? refuse('id-number-invalid', { pointer, position: 7, reason: 'birth-date' })
    : undefined
}
