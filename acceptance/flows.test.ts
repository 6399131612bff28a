// The flows of contracts/flows, which the quickstart shows, carried out against the product as a user starts it.
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { aHookServer, signedBy } from './hooks.fixture.ts'
import { aFolder, cleanUp, launch, type Ready } from './launch.fixture.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'contracts/flows')
const flows = readdirSync(folder).filter((file) => file.endsWith('.arazzo.yaml'))

let product: Ready
let inputs: Record<string, string>
let receiver: Awaited<ReturnType<typeof aHookServer>>
beforeAll(async () => {
  receiver = await aHookServer()
  process.env['WEBHOOKS_TO_LOOPBACK'] = 'true'
  product = await launch(aFolder(), '--empty').ready()
  const organisation = async (key: string) => {
    const answer = await fetch(`${product.url}/v1/me`, { headers: { authorization: `Bearer ${key}` } })
    return ((await answer.json()) as { data: { organisation: { id: string } } }).data.organisation.id
  }
  const { contractor, funder } = product.keys
  inputs = {
    ...{ contractor, funder, contractorId: await organisation(contractor), funderId: await organisation(funder) },
    ...{ receiver: receiver.url, unreachable: await anAddressOfNobody() },
  }
}, 120_000)
afterAll(async () => {
  await cleanUp()
  await receiver.close()
}, 60_000)

test.each(flows.filter((flow) => !flow.startsWith('webhook')))(
  '%s goes as it is written',
  (flow) => follow(flow),
  60_000,
)

test('webhook-recover.arazzo.yaml goes as it is written, and what was sent again is one message, signed', async () => {
  const [, secret] = /"secret": "(whsec_[^"]+)"/.exec(await follow('webhook-recover.arazzo.yaml'))!
  expect(receiver.heard.map((one) => signedBy(one, secret!))).toEqual([true, true])
  expect(new Set(receiver.heard.map(({ id }) => id)).size).toBe(1)
}, 60_000)

test('a flow that does not go as it is written is seen', async () => {
  await expect(follow('quickstart.arazzo.yaml', { contractor: 'wsk_wrong' })).rejects.toThrow(/step who[^]*401/)
}, 60_000)

/** What the runner said; it is thrown when a step did not go as the flow says. */
const follow = (flow: string, other: Record<string, string> = {}) =>
  new Promise<string>((resolve, reject) => {
    const redocly = join(root, 'node_modules/@redocly/cli/bin/cli.js')
    const input = JSON.stringify({ ...inputs, act: randomUUID(), ...other })
    const args = [
      redocly,
      'respect',
      join(folder, flow),
      '--input',
      input,
      '--server',
      `wushe=${product.url}`,
      '--verbose',
    ]
    const env = { ...process.env, NO_COLOR: '1', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
    execFile(process.execPath, args, { env, cwd: root }, (error, out, err) =>
      error ? reject(new Error(out + err)) : resolve(out),
    )
  })

/** Where somebody listened who is gone. */
async function anAddressOfNobody() {
  const gone = await aHookServer()
  await gone.close()
  return gone.url
}
