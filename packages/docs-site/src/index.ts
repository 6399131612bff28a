import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { Router, type Response } from 'express'
import { catalogue, type Catalogue } from './pages.ts'
import { layout, notFound } from './layout.ts'
import { listForMachines } from './llms.ts'
import { render } from './markdown.ts'
import { searchDocuments } from './search.ts'
import type { Contract, Language } from './contract.ts'

/**
 * The documentation as it stands in docs/, contracts/ and the contract that is served, as pages at /docs. Everything
 * comes from this machine; nothing is read before the first request, and what was read is kept.
 */
export function docs(contract: Contract): Router {
  const router = Router({ strict: true })
  let made: Catalogue | undefined
  const pages = () => (made ??= catalogue(contract))

  router.use((_, res, next) => {
    res.set({
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    // What is the same for everybody may be kept for a while; the address stays the same over a new version.
    res.set({ 'Cache-Control': 'public, max-age=300', Vary: 'Accept-Language' })
    next()
  })
  router.get('/assets/:name', (req, res, next) => {
    const file = assets.get(req.params.name)
    if (file) res.sendFile(file, { cacheControl: false })
    else next()
  })
  router.get('/asyncapi.yaml', (_, res) => res.type('text/yaml').sendFile(asyncapi, { cacheControl: false }))
  router.get('/llms.txt', (_, res) => void res.type('text/plain').send(listForMachines(pages())))
  router.get('/:language/search.json', (req, res, next) => {
    if (!isLanguage(req.params.language)) return next()
    res.json(searchDocuments(pages(), contract, req.params.language))
  })
  router.get(['/:language/', '/:language/{*path}'], (req, res, next) => {
    const { language, path = [] } = req.params as { language: string; path?: string[] }
    if (!isLanguage(language)) return next()
    const address = path.join('/')
    const page = pages().find(language, address.replace(/\/$/, '').replace(/(^index)?(\.zh)?\.md$/, ''))
    if (!page) return void res.status(404).type('html').send(notFound(pages(), language))
    if (address.endsWith('.md')) return void res.type('text/markdown').send(page.markdown)
    res.type('html').send(
      layout(
        pages(),
        page,
        render(page.markdown, (href) => pages().linkFrom(page, href)),
      ),
    )
  })
  router.get(['/', '/{*path}'], (req, res) =>
    inLanguageOfReader(req.path, req.acceptsLanguages('zh-CN', 'zh', 'en'), res),
  )
  return router
}

export type { Contract } from './contract.ts'

/** Nothing on a page can reach another machine, and no script runs that did not come from here. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  // The renderer of the reference writes style attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const own = (name: string) => join(import.meta.dirname, '../assets', name)
const installed = (specifier: string) => fileURLToPath(import.meta.resolve(specifier))
const asyncapi = join(import.meta.dirname, '../../../contracts/asyncapi.yaml')
const assets = new Map<string, string>([
  ...['docs.css', 'docs.js', 'search.js', 'words.js', 'reference.css', 'reference.js', 'icon.svg'].map(
    (name): [string, string] => [name, own(name)],
  ),
  ['minisearch.js', installed('minisearch')],
  ['swagger-ui.css', installed('swagger-ui-dist/swagger-ui.css')],
  ['swagger-ui-bundle.js', installed('swagger-ui-dist/swagger-ui-bundle.js')],
])

const isLanguage = (word: string): word is Language => word === 'zh' || word === 'en'

/** /docs/errors/case-not-open is an address for everybody; who reads English is led to the English page. */
const inLanguageOfReader = (path: string, accepted: string | false, res: Response) =>
  res.redirect(302, `/docs/${accepted === 'en' ? 'en' : 'zh'}${path === '/' || path === '' ? '/' : path}`)
