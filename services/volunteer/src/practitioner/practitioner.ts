import type { Streams } from '@wushe/contracts'
import { aggregate, refuse, rightsAfter, type PersonRights } from '@wushe/slice'
import { afterCorrection, afterMove, type Stays } from './stays.ts'

export type PractitionerFacts = Extract<Streams['practitioner'], { type: 'PractitionerRegistered' }>['data']
type Fields = {
  /** `siteId` is the present station. */
  facts: PractitionerFacts
  stays: Stays
  licences: { readonly [licenceId: string]: 'recorded' | 'voided' }
} & PersonRights
export type Practitioner =
  { status: 'none' } | ({ status: 'active' | 'voided' } & Fields) | ({ status: 'left'; leftOn: string } & Fields)

/** A social worker with all licences: a licence without its holder has no meaning. */
export const practitioner = aggregate('practitioner', {
  outsidePeriod: true,
  initial: { status: 'none' } as Practitioner,
  evolve: (state, event): Practitioner => {
    if (event.type === 'PractitionerRegistered') {
      const { occurredOn: from, siteId } = event.data
      return { status: 'active', facts: factsOf(event.data), stays: [{ from, siteId }], licences: {} }
    }
    if (state.status === 'none') return state
    switch (event.type) {
      case 'PractitionerCorrected': {
        const { occurredOn, siteId } = event.data
        return { ...state, facts: factsOf(event.data), stays: afterCorrection(state.stays, occurredOn, siteId) }
      }
      case 'AssignedToStation': {
        const stays = afterMove(state.stays, event.data.occurredOn, event.data.siteId)
        return { ...state, stays, facts: { ...state.facts, siteId: stays.at(-1)?.siteId } }
      }
      case 'LicenceRecorded':
        return { ...state, licences: { ...state.licences, [event.data.licenceId]: 'recorded' } }
      case 'LicenceVoided':
        return { ...state, licences: { ...state.licences, [event.data.licenceId]: 'voided' } }
      case 'PractitionerLeft':
        return { ...state, status: 'left', leftOn: event.data.occurredOn }
      case 'PractitionerVoided':
        return { ...state, status: 'voided' }
      default:
        return { ...state, ...rightsAfter(event) }
    }
  },
})

export const factsOf = ({
  employment,
  programme,
  occurredOn,
  agreementId,
  siteId,
}: PractitionerFacts): PractitionerFacts => ({ employment, programme, occurredOn, agreementId, siteId })

/** Whoever is deployed was sent by a programme, and that programme counts its people. */
export const refuseProgramme = ({ employment, programme }: PractitionerFacts) =>
  employment === 'deployed' && !programme ? refuse('programme-needed') : undefined
