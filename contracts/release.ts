// Keeps the contract as it stands as a release. Run by `npm run contracts:release`. What is released once is checked
// against for ever (compatibility.test.ts) and cannot be released again with another content.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { presentContract } from './compatibility.ts'

const present = await presentContract()
const version = String(present.openapi['info'].version)
const file = new URL(`released/${version}.json`, import.meta.url)
const content = `${JSON.stringify(present)}\n`
const before = await readFile(file, 'utf8').catch(() => undefined)
if (before === content) console.log(`${version} is released as it stands.`)
else if (before !== undefined) {
  console.error(`${version} is released with another content. Raise info.version in contracts/http/common.yaml.`)
  process.exitCode = 1
} else {
  await mkdir(new URL('.', file), { recursive: true })
  await writeFile(file, content)
  console.log(`${version} is released: contracts/released/${version}.json`)
}
