import { expect, test } from '@jest/globals'
import { render } from './markdown.ts'
import { inOneFile } from './pages.ts'

test('a paper that says everything twice is a page in each language', () => {
  const text = '<!-- made -->\n\n# Who may · 谁可以\n\n## 中文\n\n### 规则\n\n文\n\n## English\n\n### Rules\n\ntext\n'
  expect(inOneFile(text)).toEqual({
    zh: '# 谁可以\n\n\n### 规则\n\n文\n\n',
    en: '# Who may\n\n\n### Rules\n\ntext\n',
  })
  expect(inOneFile('# Who may\n\ntext\n')).toBeUndefined()
})

test('what stands in a paper cannot become markup by accident', () => {
  const html = render('# A\n\n`<b>` [x](a"b)\n\n```json\n{ "a<": "<script>" }\n```\n\n    <i>\n', (href) => href)
  expect(html).not.toMatch(/<script|<b>|<i>|"a"b"/)
})

test('headings of the same words have ids of their own', () => {
  expect(render('# A\n\n## 一 `b`\n\n## 一 `b`\n', () => undefined)).toMatch(/id="一-b".*id="一-b-1"/s)
})
