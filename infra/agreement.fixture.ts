// What the files of this folder have to agree with, taken from where it is said first.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceName } from '@wushe/contracts'
import { variables } from '@wushe/service-host'

const root = join(import.meta.dirname, '..')

export const serviceNames: readonly ServiceName[] = ['access', 'case', 'volunteer', 'resources', 'reporting']

const { paths } = JSON.parse(readFileSync(join(root, 'contracts/generated/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, { tags?: string[] }>>
}

/** First path segment after /v1/, by service. */
export function routesOfContract(): Record<string, string[]> {
  const routes: Record<string, Set<string>> = {}
  for (const [path, operations] of Object.entries(paths))
    for (const { tags } of Object.values(operations))
      if (tags && path.startsWith('/v1/')) (routes[tags[0]!] ??= new Set()).add(path.split('/')[2]!)
  return Object.fromEntries(Object.entries(routes).map(([service, segments]) => [service, [...segments].sort()]))
}

/** Who answers at the addresses that other documents than ours lay down. */
export const pathsBesideV1 = () => Object.keys(paths).filter((path) => !path.startsWith('/v1/'))
export const servicesBesideV1 = () => [
  ...new Set(pathsBesideV1().flatMap((path) => Object.values(paths[path]!).flatMap(({ tags = [] }) => tags))),
]

/** What the job reads beside the variables of a service. */
export const provisionVariables = () => [
  ...new Set(
    [
      ...readFileSync(join(root, 'scripts/provision.ts'), 'utf8').matchAll(/(?:demand\('|process\.env\[')([A-Z_]+)'/g),
    ].map(([, name]) => name!),
  ),
]

/** Every variable that a process of ours reads. */
export const processEnvironment = (process: string) => [
  ...Object.keys(variables),
  ...(process === 'provision' ? provisionVariables() : []),
]
