import { refuse, stateOf } from '@wushe/slice'
import { station } from '../station/station.ts'
import { practitioner } from './practitioner.ts'
import { stationOn } from './stays.ts'

export const assignToStation = practitioner.command('assignToStation', {
  of: ({ path }) => path.practitionerId,
  needs: { station: stateOf(station, ({ body }) => body.siteId) },
  decide: ({ body: { siteId, occurredOn } }, state, _, { station: { status } }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status !== 'active' || state.erased)
      return refuse('practitioner-not-active', { status: state.status === 'active' ? 'erased' : state.status })
    if (status === 'none') return refuse('station-not-known', { siteId })
    if (status !== 'open') return refuse('station-not-open', { status })
    const { occurredOn: startedOn, agreementId } = state.facts
    if (occurredOn < startedOn) return refuse('period-wrong', { from: startedOn, to: occurredOn })
    if (stationOn(state.stays, occurredOn) === siteId) return []
    return [{ type: 'AssignedToStation', data: { siteId, occurredOn, agreementId } }]
  },
})
