import { refuse } from '@wushe/slice'
import { organisation } from './organisation.ts'
import { usualProfile } from './usual-profile.ts'

/** It counts for erasures that are approved from then on; nothing that was kept is touched by it. */
export const chooseRetentionProfile = organisation.command('chooseRetentionProfile', {
  of: ({ path }) => path.organisationId,
  decide: ({ body: { profile } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    return (state.retentionProfile ?? usualProfile) === profile
      ? []
      : [{ type: 'RetentionProfileChosen', data: { profile } }]
  },
})
