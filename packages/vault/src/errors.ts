/** The person's key was destroyed. Nothing about this person is sealed again, and nothing sealed before opens. */
export class PersonErased extends Error {
  override name = 'PersonErased'
  owner: string
  /** RFC 3339, UTC. */
  destroyedAt: string

  constructor(owner: string, destroyedAt: string) {
    super(`The key of ${owner} was destroyed at ${destroyedAt}.`)
    this.owner = owner
    this.destroyedAt = destroyedAt
  }
}

/** The processing of the person's data is restricted: it is kept, nothing is added to it, and nobody reads it. */
export class PersonRestricted extends Error {
  override name = 'PersonRestricted'
  owner: string

  constructor(owner: string) {
    super(`The key of ${owner} is closed.`)
    this.owner = owner
  }
}

/** The master key is not the one that this vault's keys are wrapped under. */
export class WrongMasterKey extends Error {
  override name = 'WrongMasterKey'
}

/** The box does not open: its bytes were altered, or it was moved here from another event or section. */
export class BoxAltered extends Error {
  override name = 'BoxAltered'
}

/** This organisation has no key of that id: the box belongs to another one, or the vault lost the key. */
export class KeyUnknown extends Error {
  override name = 'KeyUnknown'
}

/** A wrapped key in the vault's database was altered or moved to another row. */
export class KeyDamaged extends Error {
  override name = 'KeyDamaged'
}

export class VaultClosed extends Error {
  override name = 'VaultClosed'
  override message = 'The vault is closed.'
}
