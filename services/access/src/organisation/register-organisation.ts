import { checkUscc } from '@wushe/contracts/codes'
import { refuse } from '@wushe/slice'
import { organisation } from './organisation.ts'

export const registerOrganisation = organisation.command('registerOrganisation', {
  of: ({ body }, { newId }) => body.id ?? newId('org'),
  claims: ({ body: { uscc } }) =>
    uscc ? [{ set: 'uscc', value: uscc.toUpperCase(), taken: 'id-taken', everywhere: true }] : [],
  decide: ({ body: { id: _, ...facts } }) => {
    if (facts.uscc !== undefined) {
      const check = checkUscc(facts.uscc)
      if (!check.ok) return refuse('uscc-invalid', { position: check.position, reason: check.reason })
      facts.uscc = check.value
    }
    return [{ type: 'OrganisationRegistered', data: facts }]
  },
})
