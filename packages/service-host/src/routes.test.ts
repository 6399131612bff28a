import { expect, test } from '@jest/globals'
import { operations } from './contract.ts'
import { routesOf } from './routes.ts'

const find = routesOf(operations.map((operation) => ({ operation })))
const found = (method: string, path: string) => {
  const { found, params } = find(method, path) ?? {}
  return found && [found.operation.operationId, params]
}

test('every operation of the contract is found at its address, with what stands in it', () => {
  for (const { method, template, operationId } of operations) {
    const values = new Map([...template.matchAll(/{(\w+)}/g)].map(([, name], at) => [name!, `x_${at}`]))
    const path = template.replace(/{(\w+)}/g, (_, name) => values.get(name)!)
    expect(found(method.toUpperCase(), path)).toEqual([operationId, Object.fromEntries(values)])
  }
})

test('what stands there literally is never taken for an id', () => {
  expect(found('GET', '/v1/subjects/search')).toBeUndefined()
  expect(found('POST', '/v1/subjects/search')).toEqual(['searchSubjects', {}])
  expect(found('GET', '/v1/subjects/sub_1')).toEqual(['getSubject', { subjectId: 'sub_1' }])
})

test('a slash at the end changes nothing, an empty step finds nothing', () => {
  expect(found('GET', '/v1/cases/')).toEqual(found('GET', '/v1/cases'))
  expect(found('GET', '/v1//cases')).toBeUndefined()
  expect(found('GET', '/v1/cases//')).toBeUndefined()
  expect(found('GET', '/')).toBeUndefined()
})

test('an id is decoded, and one that cannot be is the caller’s mistake', () => {
  expect(found('GET', '/v1/subjects/%E4%BA%94')).toEqual(['getSubject', { subjectId: '五' }])
  expect(() => found('GET', '/v1/subjects/%E4%BA')).toThrow(expect.objectContaining({ status: 400 }))
})
