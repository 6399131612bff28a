import { projection } from '@wushe/slice'
import { fromCase } from './from-case.ts'
import { fromReporting } from './from-reporting.ts'
import { fromResources } from './from-resources.ts'
import { fromVolunteer } from './from-volunteer.ts'

/** Every countable fact of every service, as it was known at every moment of the ledger. */
export const facts = projection('facts', {
  tables: ['reporting.facts'],
  on: { case: fromCase, volunteer: fromVolunteer, resources: fromResources, reporting: fromReporting },
})
