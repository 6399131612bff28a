import { describe, expect, test } from '@jest/globals'
import { gradeOf } from './find.ts'
import { featuresOf } from './person-index.ts'

const features = (identity: Parameters<typeof featuresOf>[0]) => new Map(featuresOf(identity))

describe('what identifies a person is the same in every way of writing', () => {
  test('a name, with blanks of any width', () =>
    expect(features({ name: '王　小 明' })).toEqual(features({ name: '王小明' })))
  test('a phone, with and without the code of the country', () => {
    const plain = features({ phone: '13800001234' })
    for (const phone of ['138-0000-1234', '+86 138 0000 1234', '００８６１３８００００１２３４'])
      expect([phone, features({ phone })]).toEqual([phone, plain])
    expect(plain.get('phoneTail')).toBe('1234')
  })
  test('a birth date, also as it stands in a citizen’s number', () =>
    expect(features({ idNumber: '11010519491231002x' }).get('birthDate')).toBe('1949-12-31'))
  test('and what holds nothing of it identifies nobody', () => {
    expect([...features({ phone: '120' }).keys()]).toEqual([])
    expect([...features({ idType: 'none', idNumber: '无' }).keys()]).toEqual([])
  })
})

test('the same document is certain; a name needs a birth date or a phone beside it; a name alone is nobody', () => {
  expect(gradeOf(['idNumber'], ['name'])).toBe('certain')
  expect(gradeOf(['name', 'birthDate'], [])).toBe('probable')
  expect(gradeOf(['name', 'phone'], ['birthDate'])).toBe('probable')
  expect(gradeOf(['name', 'phoneTail'], [])).toBe('possible')
  expect(gradeOf(['birthDate', 'phone'], ['name'])).toBe('possible')
  expect(gradeOf(['name'], [])).toBeUndefined()
  expect(gradeOf(['phone'], [])).toBeUndefined()
})

test('another document of the same kind makes it less sure', () => {
  expect(gradeOf(['name', 'birthDate'], ['idNumber'])).toBe('possible')
  expect(gradeOf(['name', 'phoneTail'], ['idNumber'])).toBeUndefined()
})
