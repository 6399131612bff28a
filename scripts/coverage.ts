// Which operations, statuses and codes of the contract answers showed.
import openapi from '@wushe/contracts/openapi.json' with { type: 'json' }
import problems from '@wushe/contracts/problems.json' with { type: 'json' }

/** A line of the request log. */
export type Seen = { operation?: unknown; status?: unknown; code?: unknown }

/** In sentences, and what must not be: a code that nothing reached, an operation that never succeeded, a server error. */
export const coverageOf = (seen: readonly Seen[]) => {
  const declared = Object.values<Record<string, Operation>>(openapi.paths as never).flatMap((methods) =>
    Object.values(methods).map(({ operationId, responses }) => ({ operationId, statuses: Object.keys(responses) })),
  )
  const pairs = new Set(seen.map(({ operation, status }) => `${String(operation)} ${String(status)}`))
  const codes = new Set(seen.map(({ code }) => code))
  const total = declared.reduce((sum, { statuses }) => sum + statuses.length, 0)
  const found = declared.reduce(
    (sum, { operationId, statuses }) => sum + statuses.filter((one) => pairs.has(`${operationId} ${one}`)).length,
    0,
  )
  const neverSucceeded = declared
    .filter(({ operationId, statuses }) => !statuses.some((one) => one < '300' && pairs.has(`${operationId} ${one}`)))
    .map(({ operationId }) => operationId)
  const operations = new Set(seen.map(({ operation }) => operation))
  const asked = declared.filter(({ operationId }) => operations.has(operationId)).length
  const unreached = Object.keys(problems).filter((code) => !codes.has(code) && code !== nothingIsRetiredYet)
  const statuses = [...new Set(declared.flatMap((one) => one.statuses))].sort().map((status) => {
    const of = declared.filter((one) => one.statuses.includes(status))
    return `${status}: ${of.filter(({ operationId }) => pairs.has(`${operationId} ${status}`)).length} of ${of.length}`
  })
  return {
    neverSucceeded,
    unreached,
    serverErrors: [...pairs].filter((pair) => pair.endsWith(' 500')),
    lines: [
      `${asked} of ${declared.length} operations were asked.`,
      `${found} of ${total} operations × statuses were seen (${statuses.join(', ')}).`,
      `${declared.length - neverSucceeded.length} of ${declared.length} operations succeeded.`,
      `${Object.keys(problems).length - unreached.length} of ${Object.keys(problems).length} codes were reached.`,
    ],
  }
}

/** A test of its own says when it is answered; no operation of the contract can be reached by it. */
const nothingIsRetiredYet = 'operation-retired'

type Operation = { operationId: string; responses: object }
