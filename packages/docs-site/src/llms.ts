import { sections } from './layout.ts'
import { urlOf, type Catalogue } from './pages.ts'

/** What a language model reads first (llmstxt.org): every page in Markdown, with a line for each. */
export const listForMachines = (pages: Catalogue): string =>
  [
    '# Wushe 五社',
    '> The backend of government-purchased social work. Every page in Markdown; the contract is at /openapi.json, the codes of errors at /errors.json. 政府购买社会工作服务的后端；每页均有 Markdown 文本。',
    ...(['zh', 'en'] as const).flatMap((language) =>
      sections.map(
        ({ name, title }) =>
          `## ${title[language]}\n\n${pages
            .of(language)
            .filter(({ section }) => section === name)
            .map((page) => `- [${page.title}](${page.path ? urlOf(page) : `${urlOf(page)}index`}.md)`)
            .join('\n')}`,
      ),
    ),
    '',
  ].join('\n\n')
