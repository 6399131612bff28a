import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readConfig, variables } from '@wushe/service-host'
import { Ajv, type ValidateFunction } from 'ajv'
import { parseAllDocuments } from 'yaml'
import {
  processEnvironment,
  provisionVariables,
  routesOfContract,
  serviceNames,
  pathsBesideV1,
} from './agreement.fixture.ts'

const here = import.meta.dirname
const helm = findHelm()
const withHelm = helm ? test : test.skip
const kubernetes = '1.36.3'

/** Any object of Kubernetes, as read from YAML. */
type Manifest = { apiVersion: string; kind: string; metadata: { name: string; labels: Labels }; spec?: any }
type Labels = Record<string, string>

describe('the chart, rendered (needs helm: infra/check-helm.sh builds one)', () => {
  withHelm('is good by helm lint', () => {
    for (const options of [[], allOptions])
      expect(run('lint', '--strict', '--kube-version', kubernetes, chart, ...options)).toMatch('0 chart(s) failed')
  })

  withHelm('is what the API of Kubernetes says', () => {
    for (const options of [[], allOptions])
      for (const manifest of rendered(options))
        expect({ name: manifest.metadata.name, errors: errorsOf(manifest) }).toEqual({
          name: manifest.metadata.name,
          errors: null,
        })
  })

  withHelm('makes what each service needs, and no secret', () => {
    const kinds = (options: readonly string[]) =>
      Object.entries(Object.groupBy(rendered(options), ({ kind }) => kind)).map(
        ([kind, all]) => `${all!.length} ${kind}`,
      )
    const always = [
      '5 Deployment',
      '5 PodDisruptionBudget',
      '5 Service',
      '1 Job',
      '1 NetworkPolicy',
      '1 ServiceAccount',
    ]
    expect(kinds([]).sort()).toEqual([...always, '5 HorizontalPodAutoscaler'].sort())
    expect(kinds(allOptions).sort()).toEqual(
      [...always, '4 HorizontalPodAutoscaler', '1 Ingress', '1 ServiceMonitor'].sort(),
    )
  })

  withHelm('sets variables that the code reads, all of them when every option is on', () => {
    for (const options of [[], allOptions])
      for (const { process, env } of processes(options))
        expect(Object.keys(env).filter((name) => !processEnvironment(process).includes(withoutFile(name)))).toEqual([])
    for (const { process, env } of processes(allOptions)) {
      const asked = (process === 'provision' ? provisionVariables() : Object.keys(variables)).filter(
        (name) => name !== 'WEBHOOKS_TO_LOOPBACK', // For development only.
      )
      expect(asked.filter((name) => !Object.keys(env).map(withoutFile).includes(name))).toEqual([])
    }
  })

  withHelm('gives every process an environment that it can start with, from the files that it is shown', () => {
    for (const options of [[], allOptions])
      for (const { process, env, files } of processes(options)) {
        const services = process === 'provision' ? serviceNames : serviceNames.filter((name) => name === process)
        const named = Object.entries(env).filter(([name]) => name.endsWith('_FILE'))
        expect([...files].sort()).toEqual(
          [
            ...new Set(
              named.flatMap(([, path]) => services.map((one) => path.split('/').at(-1)!.replace('{service}', one))),
            ),
          ].sort(),
        )
        readConfig(
          Object.fromEntries(
            Object.entries(env).map(([name, path]) => [name, path.replace('/run/secrets/wushe', folder)]),
          ),
          services,
        )
      }
  })

  withHelm('asks every service how it is, and lets none run as root or write', () => {
    for (const options of [[], allOptions])
      for (const { process, pod, container } of processes(options)) {
        expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
        expect(container.resources).toMatchObject({
          requests: { cpu: expect.anything() },
          limits: { memory: expect.anything() },
        })
        if (process === 'provision') continue
        expect(container.ports).toEqual([
          { name: 'api', containerPort: Number(container.env.find((one: any) => one.name === 'PORT').value) },
          {
            name: 'metrics',
            containerPort: Number(container.env.find((one: any) => one.name === 'METRICS_PORT').value),
          },
        ])
        const probe = (path: string) => ({ httpGet: { path, port: 'api' } })
        expect(container).toMatchObject({
          startupProbe: probe('/health/live'),
          livenessProbe: probe('/health/live'),
          readinessProbe: probe('/health/ready'),
        })
      }
  })

  withHelm('points from each object to one that is there', () => {
    for (const options of [[], allOptions]) {
      const all = rendered(options)
      const pods = all.flatMap(({ kind, spec }) =>
        kind === 'Deployment' ? [spec.template.metadata.labels as Labels] : [],
      )
      const chosen = (labels: Labels) =>
        pods.filter((pod) => Object.entries(labels).every(([name, value]) => pod[name] === value)).length
      for (const { kind, metadata, spec } of all) {
        if (kind === 'Service') expect(chosen(spec.selector)).toBe(1)
        if (['Deployment', 'PodDisruptionBudget'].includes(kind)) expect(chosen(spec.selector.matchLabels)).toBe(1)
        if (kind === 'NetworkPolicy') expect(chosen(spec.podSelector.matchLabels)).toBe(5)
        if (kind === 'HorizontalPodAutoscaler') expect(spec.scaleTargetRef.name).toBe(metadata.name)
      }
    }
  })

  withHelm('routes the paths of the contract', () => {
    const [ingress] = rendered(allOptions).filter(({ kind }) => kind === 'Ingress')
    const paths = ingress!.spec.rules[0].http.paths as { path: string; backend: { service: { name: string } } }[]
    const routed: Record<string, string[]> = {}
    for (const { path, backend } of paths.filter((one) => one.path.startsWith('/v1/')))
      (routed[backend.service.name.replace('wushe-', '')] ??= []).push(path.replace('/v1/', ''))
    for (const segments of Object.values(routed)) segments.sort()
    expect(routed).toEqual(routesOfContract())
    for (const path of pathsBesideV1())
      expect(paths.find((one) => one.path === path)?.backend.service.name).toBe('wushe-access')
  })

  withHelm('refuses values that cannot work', () => {
    const refused = (set: string) =>
      spawnSync(helm!, ['template', 'wushe', chart, '--kube-version', kubernetes, '--set', set]).status
    for (const set of [
      'kafka.brokers=',
      'eventStore.url=esdb://user:password@host:2113',
      'image.tag=latest',
      'ingress.enabled=true',
      'kafka.broker=kafka:9092',
      'services.cases.replicas=1',
    ])
      expect({ set, refused: refused(set) !== 0 }).toEqual({ set, refused: true })
  })
})

const chart = join(here, 'helm/wushe')
const allOptions = ['-f', join(here, 'helm/all-options.yaml')]
const withoutFile = (name: string) => name.replace(/_FILE$/, '')

function findHelm(): string | undefined {
  const folders = [join(here, '.cache/bin'), ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.map((one) => join(one, 'helm')).find((one) => spawnSync(one, ['version']).status === 0)
}

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(helm!, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stdout + stderr)
  return stdout
}

const known = new Map<string, Manifest[]>()
function rendered(options: readonly string[]): Manifest[] {
  const key = options.join(' ')
  const before = known.get(key)
  if (before) return before
  // Kubernetes reads YAML 1.1, where 0440 is an octal number.
  const all = parseAllDocuments(run('template', 'wushe', chart, '--kube-version', kubernetes, ...options), {
    version: '1.1',
  })
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null)
  known.set(key, all)
  return all
}

/** Every pod of ours, with its one container, what that finds in its environment and the secret files it is shown. */
const processes = (options: readonly string[]) =>
  rendered(options)
    .filter(({ kind }) => ['Deployment', 'Job'].includes(kind))
    .map(({ metadata, spec }) => {
      const pod = spec.template.spec
      const [container] = pod.containers
      return {
        process: metadata.labels['app.kubernetes.io/component']!,
        pod,
        container,
        env: Object.fromEntries(container.env.map((one: any) => [one.name, one.value])) as Record<string, string>,
        files: pod.volumes[0].projected.sources.flatMap((one: any) =>
          one.secret.items.map((item: any) => item.path),
        ) as string[],
      }
    })

/** infra/schemas/README.md says where the schema comes from. Kubernetes itself ignores no unknown field, nor does this. */
const { definitions } = JSON.parse(readFileSync(join(here, 'schemas/kubernetes-1.36.json'), 'utf8')) as {
  definitions: Record<string, any>
}
const validators = new Map<string, ValidateFunction>()
function errorsOf({ apiVersion, kind, ...rest }: Manifest): ValidateFunction['errors'] {
  // The Prometheus operator's own; its schema belongs to it.
  if (kind === 'ServiceMonitor') return null
  const name = Object.keys(definitions).find((one) =>
    definitions[one]['x-kubernetes-group-version-kind']?.some(
      (gvk: { group: string; version: string; kind: string }) =>
        gvk.kind === kind && [gvk.group, gvk.version].filter(Boolean).join('/') === apiVersion,
    ),
  )
  if (!name) return [{ message: `no schema for ${apiVersion} ${kind}` } as never]
  const validate = validators.get(name) ?? ajv().compile({ $ref: `kubernetes#/definitions/${name}` })
  validators.set(name, validate)
  validate({ apiVersion, kind, ...rest })
  return validate.errors ?? null
}

function ajv() {
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [
      name,
      schema.format === 'int-or-string' || name.endsWith('.Quantity')
        ? { type: ['string', 'number'] }
        : schema.properties
          ? { additionalProperties: false, ...schema }
          : schema,
    ]),
  )
  return new Ajv({ strict: false, validateFormats: false, allErrors: true }).addSchema({
    $id: 'kubernetes',
    definitions: strict,
  })
}

let folder: string
beforeAll(() => {
  if (!helm) return
  folder = mkdtempSync(join(tmpdir(), 'wushe-helm-'))
  for (const file of ['make-secrets.sh', 'env.example']) cpSync(join(here, file), join(folder, 'infra', file))
  spawnSync('bash', [join(folder, 'infra/make-secrets.sh')])
  const made = join(folder, 'infra/secrets')
  for (const name of readdirSync(made)) cpSync(join(made, name), join(folder, name))
  for (const name of ['kafka_username', 'kafka_password']) cpSync(join(made, 'cursor_secret'), join(folder, name))
  cpSync(join(made, 'admin_database_url'), join(folder, 'event_store_url'))
})
afterAll(() => {
  if (helm) rmSync(folder, { recursive: true, force: true })
})
