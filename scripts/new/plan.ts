import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** What a template writes, by path from the root. */
export type Plan = {
  /** New ones. */
  files: Map<string, string>
  changes: { file: string; text: string }[]
  /** What only a person can say. */
  todo: string[]
}

/** The wish cannot be carried out as it was said. */
export class Unclear extends Error {
  override name = 'Unclear'
}

/** The source files of a service, by path from the root. */
export const sourcesOf = (root: string, service: string) =>
  globSync(`services/${service}/src/**/*.ts`, { cwd: root })
    .sort()
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))

/** A service's part of the contract, as text and as data. */
export const contractOf = (root: string, service: string) => {
  const services = globSync('contracts/http/*.yaml', { cwd: root })
    .map((path) => path.slice('contracts/http/'.length, -'.yaml'.length))
    .filter((name) => name !== 'common')
  if (!services.includes(service)) throw new Unclear(`There is no service "${service}", only ${services.join(', ')}.`)
  const file = `contracts/http/${service}.yaml`
  const text = readFileSync(join(root, file), 'utf8')
  return { file, text, document: parse(text) as Contract }
}

export type Contract = {
  paths: Record<string, Record<string, { operationId: string; responses: object }>>
  components: { schemas: Record<string, { 'x-id-prefix'?: string; 'x-param'?: string }> }
}

const upperFirst = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1)
export const pascal = (kebab: string) => kebab.split('-').map(upperFirst).join('')
export const camel = (kebab: string) => pascal(kebab).replace(/^./, (first) => first.toLowerCase())
export const kebab = (name: string) => name.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase()
export const words = (name: string) => upperFirst(kebab(name).replaceAll('-', ' '))
