import type { Language, Text } from './contract.ts'
import { escapeHtml } from './markdown.ts'
import { urlOf, type Catalogue, type Page, type Section } from './pages.ts'

export const sections: { name: Section; title: Text }[] = [
  { name: 'start', title: { zh: '开始', en: 'Start' } },
  { name: 'guides', title: { zh: '指南', en: 'Guides' } },
  { name: 'reference', title: { zh: '查阅', en: 'Reference' } },
  { name: 'errors', title: { zh: '错误', en: 'Errors' } },
  { name: 'events', title: { zh: '事件', en: 'Events' } },
]

/** A whole page around what its Markdown became. */
export function layout(pages: Catalogue, page: Page, content: string): string {
  const { language, path } = page
  const say = words[language]
  const other = language === 'zh' ? 'en' : 'zh'
  const isReference = path === 'reference'
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title)}${path ? ` · ${say.site}` : ''}</title>
<link rel="icon" href="/docs/assets/icon.svg">
<link rel="alternate" hreflang="${other === 'zh' ? 'zh-CN' : 'en'}" href="${urlOf({ language: other, path })}">
${path === '404' ? '' : `<link rel="alternate" type="text/markdown" href="${twinOf(page)}">`}
${isReference ? '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">' : ''}
<link rel="stylesheet" href="/docs/assets/docs.css">
${isReference ? '<link rel="stylesheet" href="/docs/assets/reference.css">' : ''}
</head>
<body>
<a class="skip" href="#content">${say.skip}</a>
<header>
<button class="menu" aria-expanded="false" aria-controls="sidebar" aria-label="${say.menu}">☰</button>
<a class="brand" href="/docs/${language}/">${say.site}</a>
<div class="search" role="search">
<input type="search" placeholder="${say.search}" aria-label="${say.search}" autocomplete="off" spellcheck="false">
<ol class="found" aria-live="polite" hidden></ol>
</div>
<a class="language" href="${urlOf({ language: other, path: path === '404' ? '' : path })}" lang="${other === 'zh' ? 'zh-CN' : 'en'}">${say.other}</a>
</header>
<div class="body${isReference ? ' wide' : ''}">
<nav id="sidebar" aria-label="${say.menu}">
${sections.map(({ name, title }) => sidebarSection(pages, page, name, title[language])).join('\n')}
</nav>
<main id="content">
<article>
${content}
${isReference ? '<div id="reference"></div>' : ''}
</article>
${path === '404' ? '' : `<footer><a href="${twinOf(page)}">Markdown</a> · <a href="/openapi.json">openapi.json</a> · <a href="/docs/llms.txt">llms.txt</a></footer>`}
</main>
</div>
<script type="module" src="/docs/assets/docs.js"></script>
${isReference ? '<script src="/docs/assets/swagger-ui-bundle.js"></script>\n<script type="module" src="/docs/assets/reference.js"></script>' : ''}
</body>
</html>
`
}

export const notFound = (pages: Catalogue, language: Language) =>
  layout(
    pages,
    { language, path: '404', section: 'start', title: words[language].noPage, markdown: '' },
    `<h1>${words[language].noPage}</h1><p><a href="/docs/${language}/">${words[language].home}</a></p>`,
  )

const twinOf = (page: Page) => `${page.path ? urlOf(page) : `${urlOf(page)}index`}.md`

/** Of the catalogues the overview, and their pages only while one of them is read. */
function sidebarSection(pages: Catalogue, current: Page, section: Section, title: string) {
  const all = pages.of(current.language).filter((page) => page.section === section)
  const open = current.section === section
  const shown = section === 'errors' || section === 'events' ? all.filter(({ path }) => open || path === section) : all
  const item = (page: Page) =>
    `<li><a href="${urlOf(page)}"${page.path === current.path ? ' aria-current="page"' : ''}>${escapeHtml(page.title)}</a></li>`
  return `<h2>${title}</h2>\n<ul>\n${shown.map(item).join('\n')}\n</ul>`
}

const words = {
  zh: {
    site: '五社 文档',
    search: '搜索',
    menu: '目录',
    skip: '跳到正文',
    other: 'English',
    noPage: '没有这一页',
    home: '回到首页',
  },
  en: {
    site: 'Wushe Docs',
    search: 'Search',
    menu: 'Contents',
    skip: 'Skip to the text',
    other: '中文',
    noPage: 'There is no such page',
    home: 'To the first page',
  },
}
