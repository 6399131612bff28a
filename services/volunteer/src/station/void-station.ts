import { refuse, sealedNote } from '@wushe/slice'
import { station } from './station.ts'

export const voidStation = station.command('voidStation', {
  of: ({ path }) => path.stationId,
  decide: ({ path, body: { reason, note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('already-voided', { id: path.stationId })
    const { agreementId } = state.facts
    return [{ type: 'StationVoided', data: { reason, agreementId }, sealed: sealedNote(note) }]
  },
})
