import { service } from '@wushe/service-host'
import { history, list, one } from '@wushe/slice'
import { agreeLink } from './offer/agree-link.ts'
import { cancelLink } from './offer/cancel-link.ts'
import { deliverResource } from './offer/deliver-resource.ts'
import { linkRecord, offerRecord } from './offer/offer-record.ts'
import { offerResource } from './offer/offer-resource.ts'
import { proposeLink } from './offer/propose-link.ts'
import { valueLink } from './offer/value-link.ts'
import { voidLink } from './offer/void-link.ts'
import { withdrawOffer } from './offer/withdraw-offer.ts'
import { correctProvider } from './provider/correct-provider.ts'
import {
  approveProviderErasure,
  eraseProvider,
  liftProviderRestriction,
  refuseProviderErasure,
  restrictProvider,
} from './provider/erase-and-restrict-provider.ts'
import { providerRecord } from './provider/provider-record.ts'
import { registerProvider } from './provider/register-provider.ts'
import { voidProvider } from './provider/void-provider.ts'

export const resourcesService = service('resources', {
  operations: {
    listProviders: list('listProviders', providerRecord),
    registerProvider,
    getProvider: one('getProvider', providerRecord),
    getProviderHistory: history('getProviderHistory', providerRecord),
    correctProvider,
    eraseProvider,
    approveProviderErasure,
    refuseProviderErasure,
    restrictProvider,
    liftProviderRestriction,
    voidProvider,

    listOffers: list('listOffers', offerRecord),
    offerResource,
    getOffer: one('getOffer', offerRecord),
    getOfferHistory: history('getOfferHistory', offerRecord),
    withdrawOffer,

    listLinks: list('listLinks', linkRecord),
    proposeLink,
    getLink: one('getLink', linkRecord),
    agreeLink,
    deliverResource,
    valueLink,
    cancelLink,
    voidLink,
  },
  records: [providerRecord, offerRecord, linkRecord],
  projections: [],
  upcasters: {},
})
