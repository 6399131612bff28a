import { evolveLaws } from '@wushe/testkit/laws'
import { offer } from './offer/offer.ts'
import { linkRecord, offerRecord } from './offer/offer-record.ts'
import { providerRecord } from './provider/provider-record.ts'
import { provider } from './provider/provider.ts'

evolveLaws('resources', {
  aggregates: { provider, offer },
  records: [providerRecord, offerRecord, linkRecord],
})
