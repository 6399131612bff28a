// What every page needs: the menu on a phone, a copy button at each piece of code, search.
import { startSearch } from './search.js'

const chinese = document.documentElement.lang === 'zh-CN'
const say = chinese ? { copy: '复制', copied: '已复制' } : { copy: 'Copy', copied: 'Copied' }

const menu = document.querySelector('.menu')
const sidebar = document.querySelector('#sidebar')
menu.addEventListener('click', () => menu.setAttribute('aria-expanded', String(sidebar.classList.toggle('open'))))
const current = sidebar.querySelector('[aria-current]')
if (current) sidebar.scrollTop = current.offsetTop - sidebar.clientHeight / 2

for (const code of document.querySelectorAll('.code')) {
  const button = document.createElement('button')
  button.className = 'copy'
  button.textContent = say.copy
  button.addEventListener('click', async () => {
    await copy(code.querySelector('code'))
    button.textContent = say.copied
    setTimeout(() => (button.textContent = say.copy), 1500)
  })
  code.append(button)
}

/** Over plain HTTP from another machine there is no clipboard; the text is selected then, for the keyboard to copy. */
async function copy(code) {
  if (navigator.clipboard) return navigator.clipboard.writeText(code.textContent)
  getSelection().selectAllChildren(code)
  document.execCommand('copy')
}

startSearch(document.querySelector('.search'), chinese ? 'zh' : 'en')
