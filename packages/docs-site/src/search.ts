import { Marked, type Token } from 'marked'
import type { Contract, Language } from './contract.ts'
import { anchors } from './markdown.ts'
import { urlOf, type Catalogue, type Page } from './pages.ts'

/** `title` of the page, `heading` within it, and the words below that heading. */
type SearchDocument = { id: string; title: string; heading: string; text: string }

/** What can be found: each part of each page, and each operation. The index is made where it is asked. */
export const searchDocuments = (pages: Catalogue, contract: Contract, language: Language): SearchDocument[] => [
  ...pages.of(language).flatMap(partsOf),
  ...Object.entries(contract.openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, summary = '', tags }]) => ({
      id: `/docs/${language}/reference#/${tags[0]}/${operationId}`,
      title: `${method.toUpperCase()} ${path}`,
      heading: summary,
      text: operationId,
    })),
  ),
]

function partsOf(page: Page): SearchDocument[] {
  const anchor = anchors()
  const parts: SearchDocument[] = [{ id: urlOf(page), title: page.title, heading: '', text: '' }]
  for (const token of new Marked().lexer(page.markdown)) {
    if (token.type !== 'heading') parts.at(-1)!.text += `${wordsOf(token)} `
    else {
      const id = anchor(token.text)
      if (token.depth > 1) parts.push({ id: `${urlOf(page)}#${id}`, title: page.title, heading: token.text, text: '' })
    }
  }
  return parts
}

/** Without the signs of Markdown. Answers and schemas are left out: they have the same words everywhere. */
const wordsOf = (token: Token): string =>
  token.type === 'html' || (token.type === 'code' && token['lang'] === 'json')
    ? ''
    : token.raw
        .replace(/\]\([^)]*\)/g, ' ')
        .replace(/[|`*#[\]_]+|-{3,}/g, ' ')
        .replace(/\s+/g, ' ')
