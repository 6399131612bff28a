export type { Box } from './box.ts'
export {
  BoxAltered,
  KeyDamaged,
  KeyUnknown,
  PersonErased,
  PersonRestricted,
  VaultClosed,
  WrongMasterKey,
} from './errors.ts'
export { newSalt } from './random.ts'
export { applyVaultSchema } from './schema.ts'
export { openVault, type Opened, type Sealed, type Section, type Vault } from './vault.ts'
