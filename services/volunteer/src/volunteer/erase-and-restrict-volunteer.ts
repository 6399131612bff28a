import { personRights } from '@wushe/slice'
import { volunteer, whereOf } from './volunteer.ts'

export const {
  eraseVolunteer,
  approveVolunteerErasure,
  refuseVolunteerErasure,
  restrictVolunteer,
  liftVolunteerRestriction,
} = personRights('Volunteer', volunteer, whereOf)
