import type { Contract, EventEntry, Language, Property } from './contract.ts'
import type { Page } from './pages.ts'

/** The catalogue of events: an overview, and a page for each version of each type. */
export function eventPages({ events }: Contract, language: Language): Page[] {
  const say = words[language]
  const services = [...new Set(events.map(({ service }) => service))]
  const overview = services.flatMap((service) => [
    `## ${service}`,
    [
      `| ${say.type} | ${say.meaning} |`,
      '| --- | --- |',
      ...events
        .filter((event) => event.service === service)
        .map((event) => `| [\`${nameOf(event)}\`](/docs/events/${nameOf(event)}) | ${event.title[language]} |`),
    ].join('\n'),
  ])
  const page = (path: string, title: string, parts: string[]): Page => ({
    ...{ language, path, section: 'events', title },
    markdown: `${parts.join('\n\n')}\n`,
  })
  return [
    page('events', say.title, [`# ${say.title}`, say.intro, ...overview]),
    // What several services record alike has one page.
    ...Object.entries(Object.groupBy(events, nameOf)).map(([name, alike]) =>
      page(`events/${name}`, name, partsOf(alike!, language)),
    ),
  ]
}

const nameOf = ({ type, schema }: EventEntry) => `${type}.v${schema}`

function partsOf(alike: EventEntry[], language: Language): string[] {
  const say = words[language]
  const event = alike[0]!
  const { description, 'x-zh': inChinese, properties = {}, required = [], examples = [] } = event.json
  const says = language === 'zh' ? inChinese : description
  return [
    `# ${nameOf(event)}`,
    `**${event.title[language]}**`,
    ...(says ? [says] : []),
    [
      `| ${say.outside} | ${say.service} | ${say.stream} |`,
      '| --- | --- | --- |',
      ...alike.map(
        ({ service }) => `| \`org.wushe.${service}.${nameOf(event)}\` | ${service} | \`${event.category}-…\` |`,
      ),
    ].join('\n'),
    `## data`,
    [
      `| ${say.field} | ${say.kind} | ${say.required} |`,
      '| --- | --- | --- |',
      ...Object.entries(properties).map(
        ([name, property]) => `| \`${name}\` | ${kindOf(property)} | ${required.includes(name) ? say.yes : ''} |`,
      ),
    ].join('\n'),
    ...examples.slice(0, 1).flatMap((example) => [`## ${say.example}`, jsonBlock(example)]),
    `## JSON Schema`,
    `<details><summary>${say.schema}</summary>\n\n${jsonBlock(event.json)}\n\n</details>`,
    say.more,
  ]
}

const jsonBlock = (value: unknown) => '```json\n' + JSON.stringify(value, null, 2) + '\n```'

const kindOf = (property: Property): string => {
  if (property.enum) return property.enum.map((one) => `\`${String(one)}\``).join(' · ')
  if (property.const !== undefined) return `\`${String(property.const)}\``
  if (property.items) return `${kindOf(property.items)} []`
  const kind = [property.type ?? 'object'].flat().join(' · ')
  return property.format ? `${kind} (${property.format})` : kind
}

const words = {
  zh: {
    title: '事件目录',
    intro:
      '每项事实都是一个事件，只增不改。版本在类型之末（`.v1`）；旧版本永不删除。如何接收：Kafka 见[事件指南](/docs/guides/events)，HTTP 见[数据出口](/docs/guides/events-out)；全部主题与消息见 [asyncapi.yaml](/docs/asyncapi.yaml)。',
    type: '类型',
    meaning: '含义',
    outside: '对外类型',
    service: '服务',
    stream: '流',
    field: '字段',
    kind: '类型',
    required: '必有',
    yes: '是',
    example: '示例',
    schema: '展开',
    more: '[所有事件](/docs/events)',
  },
  en: {
    title: 'Catalogue of events',
    intro:
      'Each fact is an event; events are added and never changed. The version ends the type (`.v1`), and old versions are never deleted. How to receive them: [on Kafka](/docs/guides/events), [over HTTP](/docs/guides/events-out). All topics and messages: [asyncapi.yaml](/docs/asyncapi.yaml).',
    type: 'type',
    meaning: 'meaning',
    outside: 'type outside',
    service: 'service',
    stream: 'stream',
    field: 'field',
    kind: 'kind',
    required: 'required',
    yes: 'yes',
    example: 'Example',
    schema: 'Show',
    more: '[All events](/docs/events)',
  },
}
