import { personRights } from '@wushe/slice'
import { practitioner } from './practitioner.ts'

export const {
  erasePractitioner,
  approvePractitionerErasure,
  refusePractitionerErasure,
  restrictPractitioner,
  liftPractitionerRestriction,
} = personRights('Practitioner', practitioner, ({ facts: { agreementId, siteId } }) => ({ agreementId, siteId }))
