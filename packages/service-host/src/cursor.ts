import { createHmac, timingSafeEqual } from 'node:crypto'
import { refuse } from '@wushe/slice'
import { Refused } from './problem.ts'

/** Cursors are signed, so that a page can only be asked for as we offered it: same caller, same filter, same moment. */
export const cursors = (secret: Buffer) => {
  const sign = (text: string, scope: string) =>
    createHmac('sha256', secret).update(`${scope}\n${text}`).digest('base64url').slice(0, 22)
  return {
    write: (content: object, scope: string) => {
      const text = Buffer.from(JSON.stringify(content)).toString('base64url')
      return `c1.${text}.${sign(text, scope)}`
    },
    read: <Content>(cursor: string | undefined, scope: string): Content | undefined => {
      if (cursor === undefined) return undefined
      const [version, text = '', signature = ''] = cursor.split('.')
      const expected = sign(text, scope)
      const genuine =
        signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected))
      if (version !== 'c1' || !genuine) throw new Refused(refuse('cursor-invalid'))
      return JSON.parse(Buffer.from(text, 'base64url').toString()) as Content
    },
  }
}
export type Cursors = ReturnType<typeof cursors>
