import { expect, test } from '@jest/globals'
import type { Streams } from '@wushe/contracts'
import fc from 'fast-check'
import { keyRevoked, registered, resumed, suspended } from './organisation/examples.ts'
import { organisation } from './organisation/organisation.ts'

const keyIssued = {
  type: 'ApiKeyIssued',
  data: { ...keyRevoked.data, organisationKind: 'contractor', label: 'sync', hash: '0'.repeat(64), hint: 'wsk_…0000' },
} as Streams['organisation']

test('an organisation comes to a state by whatever happens in whatever order', () =>
  fc.assert(
    fc.property(fc.array(fc.constantFrom(registered, suspended, resumed, keyIssued, keyRevoked)), (story) => {
      const state = story.reduce(organisation.evolve, organisation.initial)
      expect(state.status).toEqual(
        story.some(({ type }) => type === 'OrganisationRegistered')
          ? expect.stringMatching(/active|suspended/)
          : 'none',
      )
    }),
  ))
