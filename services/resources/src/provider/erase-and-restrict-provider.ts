import { personRights } from '@wushe/slice'
import { provider } from './provider.ts'

/** Of an organisation as well: notes about it are sealed, and who is one now may have been recorded as a person. */
export const {
  eraseProvider,
  approveProviderErasure,
  refuseProviderErasure,
  restrictProvider,
  liftProviderRestriction,
} = personRights('Provider', provider, () => ({}))
