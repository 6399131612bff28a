// A process of the bench: all five services, as scripts/start runs them, with an agreement to record under.
import { join } from 'node:path'
import type { ServiceName } from '@wushe/contracts'
import type { Position } from '@wushe/event-store'
import { openLog } from '@wushe/service-host'
import { agreement } from '../scripts/demo/alar.ts'
import { meet } from '../scripts/demo/load-alar.ts'
import { send } from '../scripts/demo/send.ts'
import { startEmbedded } from '../scripts/embedded.ts'
import { asChild, childOptions } from './child.ts'

export type Ours = { url: string; keys: { contractor: string; funder: string }; agreementId: string }
/** What is asked of it: to watch from now on, or no longer. Answers how long facts took, in ms, while it watched. */
export type Watch = { watch: boolean }
type Options = { dir: string; postgres: { url: string; pid: number } }

const options = childOptions<Options>()
const requestLog = openLog(join(options.dir, 'requests.log'))
const { host, url, keys, organisations, stop } = await startEmbedded({ ...options, port: 0, requestLog })
const { id: agreementId, chain } = agreement(organisations)
await meet({ url, key: keys.contractor }, await send({ url, key: keys.funder }, [chain]))

const service = (name: string) => host.services.find((one) => one.name === name)!
const reporting = service('reporting')
let watching = false
let visible: number[] = []

/**
 * From the acknowledgement of each append to the commit that shows it in the facts, in this process. Followers hurry when
 * somebody waits for them, so nothing else is timed while this is.
 */
for (const { name, store } of host.services) {
  const append = store.append
  store.append = async (...all) => {
    const result = await append(...all)
    // What is noted beside a command, as whom its answer shows, makes no fact.
    const asked = all[3]?.command !== undefined
    if (watching && result.ok && asked) void watch(name, result.position, performance.now())
    return result
  }
}
async function watch(source: ServiceName, position: Position, since: number) {
  if (!(await reporting.fillers.get(source)!.waitFor(position, 5000))) return
  const head = await reporting.inbox.head()
  if (head !== 'start' && (await reporting.running.get('facts')!.running.waitFor(head, 5000)))
    visible.push(performance.now() - since)
}

const hello: Ours = { url, keys, agreementId }
asChild(hello, {
  stop,
  answer: async ({ watch }: Watch) => {
    const seen = visible
    visible = []
    watching = watch
    return seen
  },
})
