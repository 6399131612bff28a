import type { Streams } from '@wushe/contracts'
import { isKnownDivision } from '@wushe/contracts/codes'
import { aggregate, refuse } from '@wushe/slice'

export type StationFacts = Omit<Extract<Streams['station'], { type: 'StationEstablished' }>['data'], 'flags'>
export type Station =
  | { status: 'none' }
  | { status: 'open' | 'voided'; facts: StationFacts }
  | { status: 'closed'; facts: StationFacts; closedOn: string }

/** A head station, a station of a township or a room of a community (总站、社工站、社工室). */
export const station = aggregate('station', {
  outsidePeriod: true,
  initial: { status: 'none' } as Station,
  // Of the stations of a township only the open one holds its division.
  holds: (state) => state.status === 'open' && state.facts.level === 'station',
  evolve: (state, event): Station => {
    if (event.type === 'StationEstablished') return { status: 'open', facts: factsOf(event.data) }
    if (state.status === 'none') return state
    switch (event.type) {
      case 'StationCorrected':
        return { ...state, facts: factsOf(event.data) }
      case 'StationClosed':
        return { status: 'closed', facts: state.facts, closedOn: event.data.occurredOn }
      case 'StationVoided':
        return { status: 'voided', facts: state.facts }
    }
  },
})

export const factsOf = ({
  level,
  name,
  parentId,
  divisionCode,
  occurredOn,
  agreementId,
}: StationFacts): StationFacts => ({
  level,
  name,
  parentId,
  divisionCode,
  occurredOn,
  agreementId,
})

/** A code that our list does not hold is recorded as sent: the list is older than some townships. */
export const flagsOf = ({ divisionCode }: StationFacts) =>
  isKnownDivision(divisionCode) ? undefined : ['division-unknown' as const]

/** A community's 12 digits begin with those of its township. */
export const divisionClaim = ({ level, divisionCode, agreementId }: StationFacts) =>
  level === 'station'
    ? [
        {
          set: 'station-division',
          value: `${agreementId ?? ''}/${divisionCode.slice(0, 9)}`,
          taken: 'division-taken' as const,
        },
      ]
    : []

/** `parent` is the state of the station named as parent, if one is named. */
export const refuseParent = ({ level, parentId }: StationFacts, parent: Station | undefined) => {
  const needs = parentLevels[level]
  if (!parentId && !needs) return undefined
  const fits = parentId && needs && parent?.status === 'open' && parent.facts.level === needs
  return fits ? undefined : refuse('station-nesting-wrong', { level, needs: needs ?? 'none' })
}

const parentLevels = { hq: undefined, station: 'hq', room: 'station' } as const
