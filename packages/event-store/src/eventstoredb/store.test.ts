import { eventStoreConformance } from '../../test/conformance.ts'
import { eventStoreDbDouble } from '../../test/eventstoredb-double.ts'
import { eventStoreDb } from './store.ts'

const categories = ['case', 'caseFile', 'claim', 'mark']

eventStoreConformance('eventstoredb, over the double', async () => {
  const double = await eventStoreDbDouble()
  const open = () => eventStoreDb({ url: double.url, categories })
  return { store: open(), another: open, cut: async () => double.way.cut(), end: double.close }
})
