import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import type { Contract, Language } from './contract.ts'
import { errorPages } from './errors.ts'
import { eventPages } from './events.ts'

export type Section = 'start' | 'guides' | 'reference' | 'errors' | 'events'
export type Page = {
  language: Language
  /** Behind /docs/<language>/, without a slash at either end: '', 'quickstart', 'errors/case-not-open'. */
  path: string
  section: Section
  title: string
  markdown: string
  /** The file it was read from; made pages have none. */
  file?: string
}
export type Catalogue = {
  of: (language: Language) => Page[]
  find: (language: Language, path: string) => Page | undefined
  /** Where a link written on a page leads to; nowhere when it names a file that is no page. */
  linkFrom: (page: Page, href: string) => string | undefined
}

export const urlOf = ({ language, path }: Pick<Page, 'language' | 'path'>) => `/docs/${language}/${path}`

/** Every page, in the order of the sidebar. */
export function catalogue(contract: Contract): Catalogue {
  const pages = (['zh', 'en'] as const).flatMap((language) => [
    ...writtenPages(language),
    ...errorPages(contract, language),
    ...eventPages(contract, language),
  ])
  const byPath = new Map(pages.map((page) => [urlOf(page), page]))
  const find = (language: Language, path: string) => byPath.get(urlOf({ language, path }))

  const linkFrom = (page: Page, href: string) => {
    if (/^(https?:|#)/.test(href)) return href
    const [target, anchor = ''] = href.split(/(?=#)/) as [string, string?]
    // An address of the site without a language means the reader's own.
    if (target.startsWith('/docs/'))
      return target.replace(/^\/docs\/(?!zh\/|en\/|asyncapi|llms)/, `/docs/${page.language}/`) + anchor
    if (target.startsWith('/')) return href
    const file = normalize(join(dirname(page.file ?? ''), target))
    if (file === 'contracts/asyncapi.yaml') return '/docs/asyncapi.yaml'
    const there =
      pages.find((one) => one.file === file && one.language === page.language) ?? pages.find((one) => one.file === file)
    return there && urlOf(there) + anchor
  }
  return { of: (language) => pages.filter((page) => page.language === language), find, linkFrom }
}

const root = join(import.meta.dirname, '../../..')

/**
 * English is in name.md and Chinese in name.zh.md; or both in name.md, under the headings 中文 and English, or one
 * after the other in every part, whose heading then is `中文 · English`.
 */
function writtenPages(language: Language): Page[] {
  const known = ['ngo', 'data-subject-rights', 'funder', 'sandbox', 'events', 'events-out', 'operator'].map(
    (name) => `docs/guides/${name}`,
  )
  const others = globSync('docs/guides/*.md', { cwd: root })
    .map((file) => file.replace(/(\.zh)?\.md$/, ''))
    .sort()
  const guides = [...new Set([...known, ...others])]
  const table: [Section, string, string][] = [
    ['start', '', 'docs/index'],
    ['start', 'quickstart', 'docs/quickstart'],
    ...guides.map((name): [Section, string, string] => ['guides', name.slice('docs/'.length), name]),
    ['guides', 'guides/sdk', 'packages/sdk/README'],
    ['reference', 'reference', 'docs/reference'],
    ['reference', 'api', 'docs/api'],
    ['reference', 'access', 'docs/access'],
    ['reference', 'limits', 'docs/limits'],
    ['reference', 'glossary', 'docs/glossary'],
    ['reference', 'changelog', 'contracts/CHANGELOG'],
  ]
  return table.flatMap(([section, path, name]) => {
    const text = read(name, language)
    if (!text) return []
    return [{ language, path, section, title: titleOf(text.markdown), ...text }]
  })
}

function read(name: string, language: Language) {
  const [english, chinese] = [`${name}.md`, `${name}.zh.md`]
  const file = language === 'zh' && existsSync(join(root, chinese)) ? chinese : english
  if (!existsSync(join(root, file))) return undefined
  const text = readFileSync(join(root, file), 'utf8')
  const both = inOneFile(text)
  if (both) return { file, markdown: both[language] }
  const inEveryPart = /^## \p{Script=Han}.* · /mu.test(text)
  return language === 'zh' && file === english && !inEveryPart ? undefined : { file, markdown: text }
}

/** Takes a page apart that says everything twice, under the headings 中文 and English. */
export function inOneFile(text: string): Record<Language, string> | undefined {
  const [head, zh, en] = text.split(/^## (?:中文|English)$/m)
  if (!head || !zh || !en) return undefined
  const [english, chinese] = titleOf(head).split(' · ')
  return { zh: `# ${chinese ?? english}\n${zh}`, en: `# ${english}\n${en}` }
}

const titleOf = (markdown: string) => /^# (.+)$/m.exec(markdown)?.[1] ?? ''
