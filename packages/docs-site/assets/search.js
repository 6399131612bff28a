// Search over the parts of the pages. What it needs is fetched when somebody turns to it.
import { words } from './words.js'

export function startSearch(box, language) {
  const input = box.querySelector('input')
  const list = box.querySelector('ol')
  let index
  const load = () => (index ??= fetchIndex(language))

  const show = async () => {
    const query = input.value.trim()
    if (!query) return void (list.hidden = true)
    const found = (await load()).search(query).slice(0, 20)
    if (query !== input.value.trim()) return
    list.replaceChildren(...(found.length ? found.map(entry) : [nothing(language)]))
    list.hidden = false
  }
  input.addEventListener('focus', load)
  input.addEventListener('input', show)
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !event.target.closest('input, textarea')) {
      event.preventDefault()
      input.focus()
    }
    if (event.key === 'Escape') list.hidden = true
    if (event.key === 'Enter' && event.target === input) list.querySelector('a')?.click()
    if (['ArrowDown', 'ArrowUp'].includes(event.key) && box.contains(event.target)) {
      event.preventDefault()
      const stops = [input, ...list.querySelectorAll('a')]
      stops[stops.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
    }
  })
  document.addEventListener('click', (event) => {
    if (!box.contains(event.target) || event.target.closest('a')) list.hidden = true
  })
}

async function fetchIndex(language) {
  const [{ default: MiniSearch }, documents] = await Promise.all([
    import(new URL('minisearch.js', import.meta.url).href),
    fetch(`/docs/${language}/search.json`).then((answer) => answer.json()),
  ])
  const index = new MiniSearch({
    fields: ['title', 'heading', 'text'],
    storeFields: ['title', 'heading', 'text'],
    tokenize: words,
    searchOptions: {
      boost: { title: 4, heading: 3 },
      // Two signs of Chinese are a word already; letters are found from their beginning.
      prefix: (term) => !/\p{Script=Han}{2}/u.test(term),
      fuzzy: (term) => (/^[a-z]{5,}$/i.test(term) ? 0.15 : false),
      combineWith: 'AND',
    },
  })
  index.addAll(documents)
  return index
}

function entry({ id, title, heading, text }) {
  const item = document.createElement('li')
  const link = document.createElement('a')
  link.href = id
  link.textContent = heading ? `${title} › ${heading}` : title
  const more = document.createElement('small')
  more.textContent = text.slice(0, 120)
  link.append(more)
  item.append(link)
  return item
}

function nothing(language) {
  const item = document.createElement('li')
  item.className = 'none'
  item.textContent = language === 'zh' ? '没有找到' : 'Nothing found'
  return item
}
