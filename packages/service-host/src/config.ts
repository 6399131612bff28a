import { readFileSync } from 'node:fs'
import type { ServiceName } from '@wushe/contracts'
import { accessNames, accessOf, type AccessConfig } from './access-config.ts'
import { unsafe } from './production.ts'
import { defaultLimits } from './rate-limits.ts'
import type { TelemetryConfig } from './telemetry.ts'

type Variable = {
  /** One sentence for who sets it. */
  says: string
  default?: string
  optional?: true
  /** What a value must look like, and what to say when it does not. */
  form?: [RegExp, string]
}

const port: Variable['form'] = [/^\d{1,5}$/, 'a port (0 to 65535)']
const key: Variable['form'] = [/^[0-9a-f]{64}$/i, '32 bytes as 64 hexadecimal digits: openssl rand -hex 32']
const postgres: Variable['form'] = [
  /^postgres(ql)?:\/\/.+/,
  'an address like postgres://user:password@host:5432/database',
]

const count: Variable['form'] = [/^[1-9]\d{0,8}$/, 'a number from 1 to 999999999']

/**
 * Every variable that a service reads from its environment, once, when it starts. Each may be given as NAME_FILE instead,
 * the path of a file that holds the value. In both, `{service}` stands for the name of the service, so that one
 * environment serves all five.
 */
export const variables = {
  HOST: { says: 'Address that the API listens on; 0.0.0.0 in a container.', default: '127.0.0.1' },
  PORT: { says: 'Port of the API.', default: '8080', form: port },
  DATABASE_URL: { says: "The service's own PostgreSQL database, with its role and password.", form: postgres },
  EVENT_STORE_URL: {
    says: 'Where events are recorded: postgres://… (the database above, unless told otherwise) or esdb://….',
    optional: true,
    form: [/^(postgres(ql)?|(esdb|kurrent(db)?)(\+discover)?):\/\/.+/, 'an address like postgres://… or esdb://…'],
  },
  VAULT_DATABASE_URL: { says: "The vault's PostgreSQL database, with its role and password.", form: postgres },
  VAULT_MASTER_KEY: { says: 'Wraps the keys of persons; without it nothing sealed can be read.', form: key },
  CURSOR_SECRET: { says: 'Signs cursors; the same in every copy of a service.', form: key },
  PUBLIC_URL: {
    says: 'Where the world reaches the API, https://…: the issuer of its access tokens; without it, this process itself.',
    optional: true,
    form: [/^https?:\/\/[^/]+(\/.*)?$/, 'an address like https://api.example.org'],
  },
  TOKEN_AUDIENCE: { says: 'For whom access tokens are meant; without it, PUBLIC_URL.', optional: true },
  AUTH_ISSUERS: {
    says: 'Others whose access tokens are taken: their addresses with commas, or a JSON list (docs/guides/operator.md).',
    optional: true,
  },
  TRUSTED_PROXIES: {
    says: 'Whose X-Forwarded-For is believed: addresses, networks, loopback, uniquelocal, with commas; without it, nobody.',
    optional: true,
  },
  CLIENT_REQUESTS_PER_MINUTE: {
    says: 'Requests that one key or client may make in a minute, to one process.',
    default: String(defaultLimits.clientRequestsPerMinute),
    form: count,
  },
  CLIENT_WRITES_PER_HOUR: {
    says: 'Of them, those that record something, in an hour.',
    default: String(defaultLimits.clientWritesPerHour),
    form: count,
  },
  ORGANISATION_REQUESTS_PER_MINUTE: {
    says: 'The same for all keys and clients of an organisation together.',
    default: String(defaultLimits.organisationRequestsPerMinute),
    form: count,
  },
  ORGANISATION_WRITES_PER_HOUR: {
    says: 'Of them, those that record something, in an hour.',
    default: String(defaultLimits.organisationWritesPerHour),
    form: count,
  },
  FAILURES_PER_MINUTE: {
    says: 'Wrong keys and tokens from one address in a minute, before it is told to wait.',
    default: String(defaultLimits.failuresPerMinute),
    form: count,
  },
  KAFKA_BROKERS: {
    says: 'host:port, several with commas; without it, services follow each other only inside one process.',
    optional: true,
    form: [/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, 'host:port, several separated by commas'],
  },
  KAFKA_PREFIX: {
    says: 'Begins the names of topics and consumer groups.',
    default: 'wushe',
    form: [/^[a-z0-9-]{1,40}$/, 'up to 40 small letters, digits and hyphens'],
  },
  KAFKA_TLS: { says: 'true where the brokers speak TLS.', default: 'false', form: [/^(true|false)$/, 'true or false'] },
  KAFKA_USERNAME: { says: 'For SASL SCRAM-SHA-512.', optional: true },
  KAFKA_PASSWORD: { says: 'For SASL SCRAM-SHA-512.', optional: true },
  API_URL: {
    says: 'Where services that run elsewhere are reached, for the requests of a batch; {peer} stands for their name.',
    optional: true,
    form: [/^https?:\/\/[^/]+$/, 'an address like http://gateway:8080 or http://{peer}:8080'],
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    says: 'Where traces go, by OTLP over HTTP; without it there are none.',
    optional: true,
    form: [/^https?:\/\/.+/, 'an address like http://collector:4318'],
  },
  OTEL_TRACES_SAMPLER_ARG: {
    says: 'Which part of the requests is traced, if the caller has not decided it.',
    default: '0.1',
    form: [/^(0(\.\d+)?|1(\.0+)?)$/, 'a number from 0 to 1'],
  },
  WEBHOOKS_TO_LOOPBACK: {
    says: 'true: webhooks may also go to this machine, without TLS. For development only.',
    default: 'false',
    form: [/^(true|false)$/, 'true or false'],
  },
  METRICS_PORT: {
    says: 'Port at which Prometheus finds /metrics, on HOST; without it there are none.',
    optional: true,
    form: port,
  },
} satisfies Record<string, Variable>

export type Config = AccessConfig & {
  host: string
  port: number
  databaseUrl: (service: ServiceName) => string
  eventStoreUrl: (service: ServiceName) => string
  vaultUrl: string
  /** 32 bytes that wrap the vault's keys. */
  master: Buffer
  /** 32 bytes that sign cursors. */
  cursorSecret: Buffer
  kafka?: KafkaConfig
  /** Where a service is reached that does not run here. */
  apiUrl?: (service: string) => string
  webhooksToLoopback: boolean
  /** Where the process tells what it does. */
  telemetryTo?: TelemetryConfig
}

export type KafkaConfig = {
  brokers: readonly string[]
  prefix: string
  tls: boolean
  sasl?: { username: string; password: string }
}

/** Complete, or a ConfigIncomplete that names everything that is wrong at once. */
export const readConfig = (env: NodeJS.ProcessEnv, services: readonly ServiceName[]): Config => {
  const wrong: string[] = []
  const all = Object.fromEntries(
    services.map((service) => [service, valuesOf(env, service, (sentence) => wrong.push(sentence))]),
  ) as Record<ServiceName, Values>
  const values = all[services[0]!]
  const access = accessOf(values, (sentence) => wrong.push(sentence))
  for (const service of services)
    wrong.push(...unsafe(env, all[service], (name) => named(env[`${name}_FILE`], service), access.issuers))
  if (wrong.length > 0) throw new ConfigIncomplete([...new Set(wrong)].join('\n'))
  const kafka = kafkaOf(values)
  const telemetryTo = telemetryOf(values)
  return {
    host: values.HOST!,
    port: Number(values.PORT),
    databaseUrl: (service) => all[service].DATABASE_URL!,
    eventStoreUrl: (service) => all[service].EVENT_STORE_URL ?? all[service].DATABASE_URL!,
    vaultUrl: values.VAULT_DATABASE_URL!,
    master: Buffer.from(values.VAULT_MASTER_KEY!, 'hex'),
    cursorSecret: Buffer.from(values.CURSOR_SECRET!, 'hex'),
    ...access,
    webhooksToLoopback: values.WEBHOOKS_TO_LOOPBACK === 'true',
    ...(kafka && { kafka }),
    ...(values.API_URL !== undefined && { apiUrl: (service) => values.API_URL!.replaceAll('{peer}', service) }),
    ...(telemetryTo && { telemetryTo }),
  }
}

/** Undefined where no brokers are named. */
export const readKafkaConfig = (env: NodeJS.ProcessEnv): KafkaConfig | undefined => {
  const wrong: string[] = []
  const names = ['KAFKA_BROKERS', 'KAFKA_PREFIX', 'KAFKA_TLS', 'KAFKA_USERNAME', 'KAFKA_PASSWORD'] as const
  const values = valuesOf(env, '', (sentence) => wrong.push(sentence), names)
  if (wrong.length > 0) throw new ConfigIncomplete(wrong.join('\n'))
  return kafkaOf(values)
}

/** The same part of the environment, for programs that host services without `serve`. */
export const readAccessConfig = (env: NodeJS.ProcessEnv): AccessConfig => {
  const wrong: string[] = []
  const complain = (sentence: string) => void wrong.push(sentence)
  const config = accessOf(valuesOf(env, '', complain, accessNames), complain)
  if (wrong.length > 0) throw new ConfigIncomplete(wrong.join('\n'))
  return config
}

/** What is told of a whole process, for programs that host services without `serve`. Undefined where nothing is asked for. */
export const readTelemetryConfig = (env: NodeJS.ProcessEnv): TelemetryConfig | undefined => {
  const wrong: string[] = []
  const names = ['HOST', 'METRICS_PORT', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER_ARG'] as const
  const values = valuesOf(env, '', (sentence) => wrong.push(sentence), names)
  if (wrong.length > 0) throw new ConfigIncomplete(wrong.join('\n'))
  return telemetryOf(values)
}

/** Address of one service's database, for commands that work on it from outside; undefined where none is set. */
export const readDatabaseUrl = (env: NodeJS.ProcessEnv, service: ServiceName): string | undefined => {
  if (!env['DATABASE_URL'] && !env['DATABASE_URL_FILE']) return undefined
  const wrong: string[] = []
  const values = valuesOf(env, service, (sentence) => wrong.push(sentence), ['DATABASE_URL'])
  if (wrong.length > 0) throw new ConfigIncomplete(wrong.join('\n'))
  return values.DATABASE_URL
}

type Name = keyof typeof variables
export type Values = Partial<Record<Name, string>>

const kafkaOf = (values: Values): KafkaConfig | undefined =>
  values.KAFKA_BROKERS === undefined
    ? undefined
    : {
        brokers: values.KAFKA_BROKERS.split(','),
        prefix: values.KAFKA_PREFIX!,
        tls: values.KAFKA_TLS === 'true',
        ...(values.KAFKA_USERNAME !== undefined && {
          sasl: { username: values.KAFKA_USERNAME, password: values.KAFKA_PASSWORD ?? '' },
        }),
      }

const telemetryOf = (values: Values): TelemetryConfig | undefined => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, METRICS_PORT: metricsPort } = values
  if (endpoint === undefined && metricsPort === undefined) return undefined
  return {
    ...(endpoint !== undefined && { traces: { endpoint, ratio: Number(values.OTEL_TRACES_SAMPLER_ARG) } }),
    ...(metricsPort !== undefined && { metrics: { host: values.HOST!, port: Number(metricsPort) } }),
  }
}

const valuesOf = (
  env: NodeJS.ProcessEnv,
  service: string,
  complain: (sentence: string) => void,
  names = Object.keys(variables) as readonly Name[],
): Values => {
  const valueOf = (name: Name): string | undefined => {
    const variable: Variable = variables[name]
    const given = named(env[name], service)
    const file = named(env[`${name}_FILE`], service)
    if (given !== undefined && file !== undefined) complain(`${name} and ${name}_FILE are both set: keep one.`)
    const value = given ?? (file === undefined ? undefined : contentOf(file, name, complain)) ?? variable.default
    if (value === undefined && !variable.optional && file === undefined)
      complain(`${name} is missing. ${variable.says} ${name}_FILE may name a file that holds it.`)
    if (value !== undefined && variable.form && !variable.form[0].test(value))
      complain(`${name} is not ${variable.form[1]}.`)
    return value
  }
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = valueOf(name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** A variable that is set but empty is not set. */
const named = (text: string | undefined, service: string) => text?.replaceAll('{service}', service) || undefined

const contentOf = (file: string, name: string, complain: (sentence: string) => void) => {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    complain(`${name}_FILE cannot be read: ${(error as Error).message}.`)
    return undefined
  }
}

/** Nothing was started: the environment lacks something, or something in it has another form. */
class ConfigIncomplete extends Error {
  override name = 'ConfigIncomplete'
}
