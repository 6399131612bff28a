import { personRights } from '@wushe/slice'
import { whereOf } from '../where-of.ts'
import { subject } from './subject.ts'

export const { eraseSubject, approveSubjectErasure, refuseSubjectErasure, restrictSubject, liftSubjectRestriction } =
  personRights('Subject', subject, whereOf)
