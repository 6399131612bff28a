// A process of the bench: all five services, as scripts/start runs them, with an agreement to record under.
import type { ServiceName } from '@wushe/contracts'
import type { Position } from '@wushe/event-store'
import { agreement } from '../scripts/demo/alar.ts'
import { meet } from '../scripts/demo/load-alar.ts'
import { send } from '../scripts/demo/send.ts'
import { startEmbedded } from '../scripts/embedded.ts'
import { asChild, childOptions } from './child.ts'

export type Ours = { url: string; keys: { contractor: string; funder: string }; agreementId: string }
type Options = {
  dir: string
  postgres: { url: string; pid: number }
  /** Times how long each fact takes to be countable, which costs a statement for each. */
  watched: boolean
}

const { watched, ...options } = childOptions<Options>()
const { host, keys, organisations, stop } = await startEmbedded({ ...options, port: 0 })
const { id: agreementId, chain } = agreement(organisations)
await meet({ url: host.url, key: keys.contractor }, await send({ url: host.url, key: keys.funder }, [chain]))

const service = (name: string) => host.services.find((one) => one.name === name)!
const reporting = service('reporting')
let visible: number[] = []

/** From the acknowledgement of each append to the commit that shows it in the facts, in this process. */
for (const { name, store } of watched ? host.services : []) {
  const append = store.append
  store.append = async (...all) => {
    const result = await append(...all)
    if (result.ok) void watch(name, result.position, performance.now())
    return result
  }
}
async function watch(source: ServiceName, position: Position, since: number) {
  if (!(await reporting.fillers.get(source)!.waitFor(position, 5000))) return
  const head = await reporting.inbox.head()
  if (head !== 'start' && (await reporting.running.get('facts')!.running.waitFor(head, 5000)))
    visible.push(performance.now() - since)
}

const hello: Ours = { url: host.url, keys, agreementId }
asChild(hello, {
  stop,
  answer: async () => {
    const seen = visible
    visible = []
    return seen
  },
})
