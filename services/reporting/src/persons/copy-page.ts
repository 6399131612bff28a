import type { Answer } from '@wushe/slice'
import type { Operations } from '@wushe/contracts'

type Copy = Answer<Operations['getPersonCopy']>

/** The copy as a page that people read and print; it asks for nothing from anywhere. */
export const copyPage = ({ data }: Copy, language: 'zh' | 'en'): string => {
  const say = words[language]
  const events = data.events.map(
    ({ title, occurredOn, recordedAt, by, data: facts, sealed, masked = [] }) => `
<section>
<h2>${text(occurredOn ?? recordedAt.slice(0, 10))} · ${text(title)}</h2>
<p>${say.recorded} ${text(recordedAt)} · ${text(by.orgId)}</p>
${sealed ? `<h3>${say.personal}</h3>${list(sealed)}` : ''}
${masked.map(({ pointer, reason }) => `<p>${text(pointer)}: ${text(reason)}</p>`).join('')}
<h3>${say.facts}</h3>${list(facts)}
</section>`,
  )
  const lines = data.disclosures.map(
    ({ at, by, operationId, classes }) =>
      `<tr>${[at, by.orgId, operationId, classes.join(', ')].map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`,
  )
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><title>${say.title}</title>
<style>body{font:14px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}section{break-inside:avoid}
dt{font-weight:bold}dd{margin:0 0 0 1.5em}td,th{text-align:left;padding:.2em 1em .2em 0;vertical-align:top}</style></head>
<body><h1>${say.title}</h1>
<p>${text(data.person)} · ${text(data.orgId)} · ${say.prepared} ${text(data.preparedAt)}</p>
${events.join('')}
<section><h2>${say.seen}</h2>
<table><tr>${say.columns.map((one) => `<th>${one}</th>`).join('')}</tr>${lines.join('')}</table></section>
</body></html>
`
}

const list = (value: unknown): string => {
  if (Array.isArray(value))
    return value.length > 0 ? `<ul>${value.map((one) => `<li>${list(one)}</li>`).join('')}</ul>` : '–'
  if (typeof value !== 'object' || value === null) return text(String(value))
  return `<dl>${Object.entries(value)
    .map(([name, one]) => `<dt>${text(name)}</dt><dd>${list(one)}</dd>`)
    .join('')}</dl>`
}

/** Whatever somebody wrote into a field, it stays text. */
const text = (raw: string) => raw.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const words = {
  zh: {
    title: '个人信息副本',
    prepared: '制作于',
    recorded: '记录于',
    personal: '个人信息',
    facts: '事实',
    seen: '谁看过',
    columns: ['时间', '机构', '操作', '类别'],
  },
  en: {
    title: 'A copy of your data',
    prepared: 'prepared',
    recorded: 'Recorded',
    personal: 'About you',
    facts: 'Facts',
    seen: 'Who saw it',
    columns: ['When', 'Organisation', 'Operation', 'Classes'],
  },
} as const
