import { sealedNote, stateOf } from '@wushe/slice'
import { divisionClaim, factsOf, flagsOf, refuseParent, station } from './station.ts'

export const establishStation = station.command('establishStation', {
  of: ({ body }, { newId }) => body.id ?? newId('sta'),
  needs: { parent: stateOf(station, ({ body }) => body.parentId) },
  claims: ({ body }) => divisionClaim(body),
  decide: ({ body }, state, _, { parent }) => {
    const refusal = refuseParent(body, parent)
    if (refusal) return refusal
    if (state.status !== 'none') return []
    return [
      { type: 'StationEstablished', data: { ...factsOf(body), flags: flagsOf(body) }, sealed: sealedNote(body.note) },
    ]
  },
})
