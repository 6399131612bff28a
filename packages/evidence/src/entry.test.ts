import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { canonical, commitment, entryOf, leafHash, type EntryFields } from './index.ts'

// The worked example of the evidence format. A changed value here is a broken promise to everyone who verifies.
const fact = { worker: 'w_7f3a9c', kind: 'case-visit', minutes: 55, unit: 1, occurred: '2026-03-03' }
const pii = { subject: 's_9c21', name: '张小明' }
const commitments = {
  pii: commitment('pii', Buffer.alloc(32, 0xa2), canonical(pii)),
  fact: commitment('fact', Buffer.alloc(32, 0xa1), canonical(fact)),
}
const fields: EntryFields = {
  at: '2026-03-03T10:12:09Z',
  id: '0195a3c1-6b00-7000-8000-000000000001',
  st: 'k_5d2e',
  sv: 0,
  ty: 'service.recorded@1',
  commitments,
}

test('the worked example comes out to the byte', () => {
  expect(canonical(fact)).toBe(
    '{"kind":"case-visit","minutes":55,"occurred":"2026-03-03","unit":1,"worker":"w_7f3a9c"}',
  )
  expect(canonical(pii)).toBe('{"name":"张小明","subject":"s_9c21"}')
  expect(commitments.fact).toBe('zmfbZW-0ZJkGoZm9G_Do6ZGD_E-VmsUGkBYhP7Rccks')
  expect(commitments.pii).toBe('0qJDUgPxVD8PzKUEWiTB5kulG2fb0NecRsvqECQUNaQ')

  const entry = entryOf(fields)
  expect(Buffer.from(entry).toString()).toBe(
    '{"at":"2026-03-03T10:12:09Z","c":{"fact":"zmfbZW-0ZJkGoZm9G_Do6ZGD_E-VmsUGkBYhP7Rccks",' +
      '"pii":"0qJDUgPxVD8PzKUEWiTB5kulG2fb0NecRsvqECQUNaQ"},"id":"0195a3c1-6b00-7000-8000-000000000001",' +
      '"st":"k_5d2e","sv":0,"ty":"service.recorded@1","v":1}',
  )
  expect(entry).toHaveLength(237)
  expect(leafHash(entry).toString('hex')).toBe('2aed58d210c4de53c8ad65bb41455bef7f17908663407743a5f09fa23718902b')
})

test('leaves hash as in the log of three entries that other verifiers accepted', () => {
  expect(leafHash(Buffer.from('leaf-0')).toString('hex')).toBe(
    '305df59f9590c3c9ac63d2b2743c388e3792449078cebf7fb3dbe6471643b2b7',
  )
})

test('any one bit changed in the entry changes the leaf', () => {
  const entry = entryOf(fields)
  const leaf = leafHash(entry)
  for (let bit = 0; bit < entry.length * 8; bit++) expect(leafHash(flipped(entry, bit)).equals(leaf)).toBe(false)
})

test('any one bit changed in name, salt or bytes changes the commitment', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 })
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), bytes, fc.nat(), (salt, text, bit) => {
      const kept = commitment('note', salt, text)
      expect(commitment('note', flipped(salt, bit % 256), text)).not.toBe(kept)
      expect(commitment('note', salt, flipped(text, bit % (text.length * 8)))).not.toBe(kept)
      expect(commitment('notes', salt, text)).not.toBe(kept)
    }),
  )
})

test('text and its UTF-8 bytes give the same commitment', () => {
  expect(commitment('pii', Buffer.alloc(32, 0xa2), Buffer.from(canonical(pii)))).toBe(commitments.pii)
})

test('a salt of another length and a name with NUL are refused', () => {
  expect(() => commitment('pii', Buffer.alloc(16), '{}')).toThrow('32 bytes')
  expect(() => commitment('p\0i', Buffer.alloc(32), '{}')).toThrow('without NUL')
})

test('an entry commits to something, tells its time in UTC seconds and counts from 0', () => {
  expect(() => entryOf({ ...fields, commitments: {} })).toThrow('no section')
  expect(() => entryOf({ ...fields, at: '2026-03-03T10:12:09.123Z' })).toThrow('to the second')
  expect(() => entryOf({ ...fields, sv: -1 })).toThrow('0-based')
})

test('an entry takes 2,048 bytes and not one more', () => {
  const room = 2048 - entryOf({ ...fields, st: '' }).length
  expect(entryOf({ ...fields, st: 'k'.repeat(room) })).toHaveLength(2048)
  expect(() => entryOf({ ...fields, st: 'k'.repeat(room + 1) })).toThrow('2049 bytes')
})

const flipped = (bytes: Uint8Array, bit: number) => {
  const copy = Uint8Array.from(bytes)
  copy[bit >> 3]! ^= 1 << (bit & 7)
  return copy
}
