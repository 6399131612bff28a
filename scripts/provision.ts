// Makes what services may not make themselves: databases, roles, event logs, topics, the first operator and its key.
// Configured by the environment, like a service; repeating it does no harm.
import { readFileSync } from 'node:fs'
import type { ServiceName } from '@wushe/contracts'
import { createTopics, openBus } from '@wushe/feed'
import { prepareDatabases, readConfig, run, type Credentials } from '@wushe/service-host'
import { serviceNames, services } from './all-services.ts'
import { firstOrganisations } from './first-organisations.ts'

try {
  const admin = demand('ADMIN_DATABASE_URL', "the address of the cluster's owner")
  const chance = demand('OPERATOR_KEY_SECRET', "64 hexadecimal digits, of which the operator's key is made")
  if (!/^[0-9a-f]{64}$/.test(chance)) throw new Error('OPERATOR_KEY_SECRET is not 64 small hexadecimal digits.')
  const config = readConfig(process.env, serviceNames)

  await prepareDatabases(admin, passwords(config))
  console.log('Databases, roles and event logs are there.')
  if (config.kafka) {
    const replicas = Number(process.env['KAFKA_REPLICAS'] ?? 1)
    await createTopics(openBus({ ...config.kafka, clientId: 'wushe provision' }), serviceNames, { replicas })
    console.log('Topics are there.')
  }
  const { kafka: _, ...alone } = config
  const access = services.filter(({ name }) => name === 'access')
  const host = await run(access, { ...alone, port: 0, alone: true })
  const { operator } = await firstOrganisations(host, { operator: chance })
  await host.stop()
  console.log(`The operator's key: ${operator.key}`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

/** The roles get the passwords that stand in the services' own addresses. */
function passwords({ databaseUrl, vaultUrl }: { databaseUrl: (service: ServiceName) => string; vaultUrl: string }) {
  const passwordIn = (name: string, url: string) => {
    const { username, password, pathname } = new URL(url)
    if (username !== `wushe_${name}` || pathname !== `/wushe_${name}`)
      throw new Error(`The address for ${name} has to name the user and the database wushe_${name}.`)
    return decodeURIComponent(password)
  }
  return Object.fromEntries([
    ...serviceNames.map((name) => [name, passwordIn(name, databaseUrl(name))]),
    ['vault', passwordIn('vault', vaultUrl)],
  ]) as Credentials
}

function demand(name: string, what: string): string {
  const file = process.env[`${name}_FILE`]
  const value = process.env[name] ?? (file && readFileSync(file, 'utf8').trim())
  if (!value) throw new Error(`${name} is missing: ${what}. ${name}_FILE may name a file that holds it.`)
  return value
}
