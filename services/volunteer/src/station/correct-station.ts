import { refuse, sealedNote, stateOf } from '@wushe/slice'
import { divisionClaim, factsOf, flagsOf, refuseParent, station } from './station.ts'

export const correctStation = station.command('correctStation', {
  of: ({ path }) => path.stationId,
  needs: { parent: stateOf(station, ({ body }) => body.parentId) },
  claims: ({ body }, _, state) => (state.status === 'open' ? divisionClaim(body) : []),
  decide: ({ path, body }, state, _, { parent }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('station-not-open', { status: state.status })
    const facts = factsOf(body)
    // A parent that closed since is still the parent it was; a new one must be open, and another station.
    const moves = facts.parentId !== state.facts.parentId || facts.level !== state.facts.level
    const refusal = moves && refuseParent(facts, facts.parentId === path.stationId ? undefined : parent)
    if (refusal) return refusal
    if (state.status === 'closed' && state.closedOn < facts.occurredOn)
      return refuse('period-wrong', { from: facts.occurredOn, to: state.closedOn })
    // What is sealed cannot be compared: a note that comes along is always recorded.
    if (!body.note && JSON.stringify(facts) === JSON.stringify(state.facts)) return []
    return [
      {
        type: 'StationCorrected',
        data: { ...facts, flags: flagsOf(facts), reason: body.reason },
        sealed: sealedNote(body.note),
      },
    ]
  },
})
