import { organisation } from './organisation.ts'

export const suspendOrganisation = organisation.command('suspendOrganisation', {
  of: ({ path }) => path.organisationId,
  decide: ({ body }, { status }) => (status === 'suspended' ? [] : [{ type: 'OrganisationSuspended', data: body }]),
})

export const resumeOrganisation = organisation.command('resumeOrganisation', {
  of: ({ path }) => path.organisationId,
  decide: ({ body }, { status }) => (status === 'active' ? [] : [{ type: 'OrganisationResumed', data: body }]),
})
