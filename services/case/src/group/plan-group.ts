import { organisationNote } from '../organisation-note.ts'
import { group } from './group.ts'

export const planGroup = group.command('planGroup', {
  of: ({ body }, { newId }) => body.id ?? newId('grp'),
  decide: ({ body: { id: _, note, ...facts } }) => [
    { type: 'GroupPlanned', data: facts, sealed: organisationNote(note) },
  ],
})
