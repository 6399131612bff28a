import { refuse } from '@wushe/slice'
import express, { type RequestHandler } from 'express'
import { Refused } from './problem.ts'

/** Reads JSON bodies that can be stored and hashed as they came. */
export const readBody = (maxBytes: number): RequestHandler[] => {
  const json = express.json({ limit: maxBytes, strict: false })
  return [
    // What comes with a GET means nothing (RFC 9110, 9.3.1), and so cannot be wrong either.
    (req, res, next) => (req.method === 'GET' ? next() : json(req, res, next)),
    (req, _, next) => {
      demandText(req.body, 0)
      next()
    },
  ]
}

/** Half of a surrogate pair is no character and has no UTF-8, and PostgreSQL stores no U+0000. */
function demandText(value: unknown, depth: number): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed() || value.includes('\0')) throw new Refused(refuse('malformed-json'))
  } else if (typeof value === 'object' && value !== null) {
    if (depth === deepest) throw new Refused(refuse('request-invalid'))
    for (const [name, one] of Object.entries(value)) {
      demandText(name, depth)
      demandText(one, depth + 1)
    }
  }
}

/** Nothing in the contract lies nearly as deep, and what walks through a body does not run out of stack. */
const deepest = 64
