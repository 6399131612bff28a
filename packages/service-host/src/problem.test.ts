import { describe, expect, test } from '@jest/globals'
import type { ProblemCode } from '@wushe/contracts'
import { problems } from './contract.ts'
import { toProblem } from './problem.ts'

const codes = Object.keys(problems) as ProblemCode[]
const paramsOf = (code: ProblemCode) =>
  Object.fromEntries((problems[code]!.params ?? []).map((name) => [name, `«${name}»`]))

describe.each(codes)('%s', (code) => {
  test.each(['zh', 'en'] as const)('is told in %s with all that it speaks of', (language) => {
    const problem = toProblem({ refused: code, params: paramsOf(code) }, language, 'req_1')
    expect(problem).toMatchObject({
      code,
      requestId: 'req_1',
      status: problems[code]!.status,
      type: expect.stringContaining(code),
    })
    expect(JSON.stringify(problem)).not.toMatch(/{\w+}/)
    expect(/[\u4e00-\u9fff]/.test(problem.title)).toBe(language === 'zh')
  })
})

test('what may succeed later says so', () => {
  const retryable = codes.filter((code) => toProblem({ refused: code }, 'en', 'req_1').retryable)
  expect(retryable.sort()).toEqual([
    'concurrent-update',
    'internal-error',
    'projection-lagging',
    'rate-limited',
    'streams-exhausted',
    'unavailable',
  ])
})
