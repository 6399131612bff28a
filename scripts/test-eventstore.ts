// What every store must pass, and the Alar acceptance run, over the EventStoreDB or KurrentDB at an address:
// npm run test:eventstore -- esdb://localhost:2113?tls=false
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const [url] = process.argv.slice(2)
if (!url || !/^(esdb|kurrent(db)?)(\+discover)?:\/\//.test(url)) {
  console.error(
    'npm run test:eventstore -- esdb://localhost:2113?tls=false\n\nThe address of an empty server: the tests write into it and take nothing away.',
  )
  process.exit(2)
}
const jest = join(import.meta.dirname, '../node_modules/jest/bin/jest.js')
const { status } = spawnSync(
  process.execPath,
  [
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '--runInBand'],
    ...['packages/event-store/src/eventstoredb/server.test.ts', 'acceptance/alar.test.ts'],
  ],
  { stdio: 'inherit', env: { ...process.env, EVENTSTORE_URL: url, WUSHE_TEST_EVENTSTORE: url } },
)
process.exitCode = status ?? 1
