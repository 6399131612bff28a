import { Marked, type Tokens } from 'marked'

/** Markdown of our own as HTML. `link` says where a link leads to; what leads nowhere is shown as text. */
export function render(markdown: string, link: (href: string) => string | undefined): string {
  const anchor = anchors()
  return new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        const id = anchor(text)
        const words = this.parser.parseInline(tokens)
        if (depth === 1) return `<h1 id="${id}">${words}</h1>\n`
        return `<h${depth} id="${id}">${words} <a class="anchor" href="#${id}" aria-label="#">#</a></h${depth}>\n`
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens)
        const to = link(href)
        return to ? `<a href="${escapeHtml(to)}">${words}</a>` : `<span>${words}</span>`
      },
      code: ({ text, lang }: Tokens.Code) =>
        `<div class="code"><pre tabindex="0"><code>${lang ? coloured(text) : escapeHtml(text)}</code></pre></div>\n`,
      table(token) {
        const row = (cells: Tokens.TableCell[], tag: string) =>
          `<tr>${cells.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')}</tr>`
        const body = token.rows.map((cells) => row(cells, 'td')).join('\n')
        return `<div class="table"><table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>\n`
      },
    },
  }).parse(markdown, { async: false })
}

/** The id of each heading of one page, in order; the same as on the sites where Markdown is read. */
export const anchors = () => {
  const seen = new Map<string, number>()
  return (heading: string) => {
    const id = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    const times = seen.get(id) ?? 0
    seen.set(id, times + 1)
    return times ? `${id}-${times}` : id
  }
}

/** Names, texts, numbers, variables and comments stand out; that is enough for JSON, shell and a little TypeScript. */
const coloured = (text: string) => {
  let shown = ''
  let last = 0
  for (const match of text.matchAll(tokens)) {
    const kind = Object.entries(match.groups!).find(([, found]) => found)![0]
    shown += `${escapeHtml(text.slice(last, match.index))}<span class="${kind}">${escapeHtml(match[0])}</span>`
    last = match.index + match[0].length
  }
  return shown + escapeHtml(text.slice(last))
}
const tokens =
  /(?<name>"[^"\n]*"(?=\s*:))|(?<text>"(?:\\.|[^"\\\n])*"|'[^']*')|(?<comment>(?<![^\s])(?:#|\/\/).*$)|(?<variable>\$\w+)|(?<number>\b\d+(?:\.\d+)?\b)/gm

export const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
