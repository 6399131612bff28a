import type { Schemas } from '@wushe/contracts'
import { checkCitizenId } from '@wushe/contracts/codes'
import { refuse, type Sealed } from '@wushe/slice'

type Identity = Schemas['Identity']

/** Free text: under the key of the person it speaks of, or under the organisation's when it speaks of nobody. */
export const sealedNote = (note: string | undefined, personId?: string): Sealed | undefined =>
  note === undefined ? undefined : { [personId ? `note.${personId}` : 'note']: note }

/** Who a person is, the ID number in its one way of writing. */
export const sealedIdentity = (personId: string, identity: Identity): Sealed => {
  const { idNumber } = identity
  return { [`pii.${personId}`]: idNumber === undefined ? identity : { ...identity, idNumber: written(idNumber) } }
}

/** The sections of one event; none when there is nothing to seal. */
export const together = (...sections: (Sealed | undefined)[]): Sealed | undefined => {
  const all: Sealed = Object.assign({}, ...sections)
  return Object.keys(all).length > 0 ? all : undefined
}

/** The numbers of passports and other documents have no form that could be checked. */
export const refuseIdNumber = ({ idType = 'citizen-id', idNumber }: Identity, today: string) => {
  if (idType !== 'citizen-id' || idNumber === undefined) return undefined
  const pointer = '#/identity/idNumber'
  const check = checkCitizenId(written(idNumber))
  if (!check.ok) return refuse('id-number-invalid', { pointer, position: check.position, reason: check.reason })
  return check.birthDate > today
    ? refuse('id-number-invalid', { pointer, position: 7, reason: 'birth-date' })
    : undefined
}

const written = (idNumber: string) => idNumber.trim().toUpperCase()
