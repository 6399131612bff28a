import { organisationNote } from '../organisation-note.ts'
import { activity } from './activity.ts'

export const planActivity = activity.command('planActivity', {
  of: ({ body }, { newId }) => body.id ?? newId('act'),
  decide: ({ body: { id: _, note, ...facts } }) => [
    { type: 'ActivityPlanned', data: facts, sealed: organisationNote(note) },
  ],
})
