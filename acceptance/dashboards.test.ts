import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { metrics, variables } from '@wushe/service-host'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const find = (pattern: string) => globSync(pattern, { cwd: root }).sort()

type Dashboard = {
  uid: string
  title: string
  templating: { list: { query: { query: string } }[] }
  panels: { title: string; gridPos: { x: number; y: number; w: number; h: number }; targets: { expr: string }[] }[]
}
const dashboards = find('infra/grafana/dashboards/*.json').map((file) => JSON.parse(read(file)) as Dashboard)
const alerts = parse(read('infra/prometheus/alerts.yml')) as {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[]
}
const prometheus = parse(read('infra/prometheus/prometheus.yml')) as {
  rule_files: string[]
  scrape_configs: { static_configs: { targets: string[] }[] }[]
}
const rules = alerts.groups.flatMap((group) => group.rules)
const queriesOf = ({ panels, templating }: Dashboard) => [
  ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...templating.list.map(({ query }) => query.query),
]

/** The series of each metric as Prometheus shows them, with their labels. */
const series = new Map(
  Object.entries(metrics).flatMap(([name, { kind, labels }]): [string, { metric: string; labels: string[] }][] =>
    kind === 'histogram'
      ? [
          [`${name}_bucket`, { metric: name, labels: [...labels, 'le'] }],
          [`${name}_sum`, { metric: name, labels: [...labels] }],
          [`${name}_count`, { metric: name, labels: [...labels] }],
        ]
      : [[name, { metric: name, labels: [...labels] }]],
  ),
)
/** Prometheus's own. */
series.set('up', { metric: 'up', labels: [] })

/** Names and labels that a query speaks of: whatever is no function, no number, no text and no word of PromQL. */
function spokenOf(query: string) {
  const labels = new Set<string>()
  const learn = (list: string) => {
    for (const [, label] of list.matchAll(/([a-z_]\w*)/gi)) labels.add(label!)
    return ' '
  }
  const names = query
    .replace(/"(\\.|[^"\\])*"/g, '""')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/{([^}]*)}/g, (_, matchers: string) => learn(matchers))
    .replace(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g, (_, list: string) => learn(list))
    .replace(/\blabel_values\((\w+), *(\w+)\)/g, (_, name: string, label: string) => name + learn(label))
  return {
    names: [...names.matchAll(/(?<![\w.$])([a-z_]\w*)\b(?!\s*\()/gi)]
      .map(([, name]) => name!)
      .filter((name) => !['and', 'or', 'unless', 'bool'].includes(name)),
    labels: [...labels],
  }
}
const ofScraping = ['job', 'instance']

test('what a query speaks of is found', () => {
  expect(
    spokenOf('histogram_quantile(0.99, sum by (le, a) (rate(x_bucket{b="c d", e=~"5.."}[5m]))) > 60 or y / on (f) z'),
  ).toEqual({ names: ['x_bucket', 'y', 'z'], labels: ['b', 'e', 'le', 'a', 'f'] })
  expect(spokenOf('label_values(x, service)')).toEqual({ names: ['x'], labels: ['service'] })
})

test('every query of a dashboard and every alert speaks of metrics and labels that exist', () => {
  const queries = [...dashboards.flatMap(queriesOf), ...rules.map(({ expr }) => expr)]
  expect(queries.length).toBeGreaterThan(30)
  for (const query of queries) {
    const { names, labels } = spokenOf(query)
    const known = names.map((name) => series.get(name))
    expect({ query, unknown: names.filter((name) => !series.has(name)), any: names.length > 0 }).toEqual({
      query,
      unknown: [],
      any: true,
    })
    const theirs = new Set([...known.flatMap((one) => one!.labels), ...ofScraping])
    expect({ query, labels: labels.filter((label) => !theirs.has(label)) }).toEqual({ query, labels: [] })
  }
})

test('every metric is on a dashboard, and what can go wrong raises an alert', () => {
  const on = (queries: string[]) =>
    new Set(queries.flatMap((query) => spokenOf(query).names.map((name) => series.get(name)!.metric)))
  const shown = on(dashboards.flatMap(({ panels }) => panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))))
  expect([...shown].sort()).toEqual(Object.keys(metrics).sort())
  expect([...on(rules.map(({ expr }) => expr))]).toEqual(
    expect.arrayContaining([
      'wushe_follower_running',
      'wushe_follower_lag_seconds',
      'wushe_follower_parked_events',
      'wushe_horizon_lag_seconds',
      'wushe_inbox_lag_seconds',
      'http_server_request_duration_seconds',
    ]),
  )
})

test('dashboards and alerts can be read in Chinese and in English, and no panel lies over another', () => {
  const bilingual = /\p{Script=Han}.*[A-Za-z]/u
  for (const { title, panels } of dashboards) {
    for (const one of [title, ...panels.map((panel) => panel.title)]) expect(one).toMatch(bilingual)
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
  }
  expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length)
  for (const { annotations } of rules) expect(annotations.summary).toMatch(bilingual)
})

test('Prometheus asks every service, reads the alerts, and the guide tells of every metric and variable', () => {
  expect(prometheus.scrape_configs[0]!.static_configs[0]!.targets).toEqual(
    ['access', 'case', 'volunteer', 'resources', 'reporting'].map((service) => `${service}:9464`),
  )
  for (const file of prometheus.rule_files) expect(find(`infra/prometheus/${file}`)).toHaveLength(1)
  const guide = read('docs/guides/observability.md')
  const rows = [...guide.matchAll(/^\| `(\w+)` +\| (.*?) +\| (.*?) +\|$/gm)].map(([, ...row]) => row)
  expect(rows).toEqual(
    Object.entries(metrics).map(([name, { kind, labels, help }]) => [
      name,
      [kind, ...labels.map((label) => `\`${label}\``)].join(' '),
      help,
    ]),
  )
  const asked = Object.keys(variables).filter((name) => /^(OTEL|METRICS)_/.test(name))
  expect(asked.filter((name) => !guide.includes(`| \`${name}\``))).toEqual([])
  expect(asked).toHaveLength(3)
})
