import { refuse, sealedNote } from '@wushe/slice'
import { station } from './station.ts'

/** Its rooms stay open: each is closed on a day of its own. */
export const closeStation = station.command('closeStation', {
  of: ({ path }) => path.stationId,
  decide: ({ body: { occurredOn, note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('station-not-open', { status: state.status })
    if (state.status === 'closed') return []
    const { level, divisionCode, agreementId, occurredOn: openedOn } = state.facts
    if (occurredOn < openedOn) return refuse('period-wrong', { from: openedOn, to: occurredOn })
    return [{ type: 'StationClosed', data: { level, divisionCode, occurredOn, agreementId }, sealed: sealedNote(note) }]
  },
})
