import { cpus, loadavg } from 'node:os'
import type { Line } from './measure.ts'

export type Taken = { id: string; lines: Line[]; error?: string; seconds: number }

/** One line for one measure; what adds to it stands in `also`. */
export const asJson = ({ id, lines: [first, ...also], error }: Taken) =>
  JSON.stringify(
    first
      ? { id, ...first, ok: [first, ...also].every(({ ok }) => ok !== false), also }
      : {
          id,
          measure: null,
          value: null,
          unit: null,
          against: null,
          ratio: null,
          reach: null,
          ok: false,
          rounds: [],
          error,
        },
  )

/** What else the machine did before we began. */
const load = loadavg()

export const printTable = (taken: readonly Taken[]) => {
  const rows = taken.flatMap(({ id, lines, error }) =>
    lines.length > 0
      ? lines.map((line, at) => [at === 0 ? id : '', ...cells(line, at === 0 ? undefined : lines[at - 1])])
      : [[id, `not measured: ${(error ?? 'this system does not tell').slice(0, 60)}`, '', '', '', '', '', '']],
  )
  const heads = ['id', 'measure', 'value', 'unit', 'against', 'ratio (least–most)', 'reach', '']
  const widths = heads.map((head, at) => Math.max(...[heads, ...rows].map((row) => (row[at] ?? head).length)))
  const right = new Set([2, 5, 6])
  const lay = (row: readonly string[]) =>
    row
      .map((cell, at) => (right.has(at) ? pad(cell, widths[at]!) + cell : cell + pad(cell, widths[at]!)))
      .join('  ')
      .trimEnd()
  console.log([lay(heads), lay(widths.map((one) => '─'.repeat(one))), ...rows.map(lay)].join('\n'))
  console.log(
    `\nNode ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load average ${load.map((one) => one.toFixed(1)).join(' ')} before.\n` +
      'PostgreSQL waits for the disk (fsync on). Medians over rounds in which all took turns.',
  )
}

const cells = (line: Line, above: Line | undefined): string[] => {
  const { measure, value, unit, against, ratio, reach, ok, rounds } = line
  const own = against === null && rounds.length > 1 ? ` (${range(rounds.map(({ ours }) => ours))})` : ''
  const ratios = range(rounds.map(({ ours, theirs }) => ours / theirs!))
  return [
    ...(above?.measure === measure ? ['', '', ''] : [measure, number(value) + own, unit]),
    against ?? '',
    ratio === null ? '' : `${number(ratio)} (${ratios})`,
    reach === null ? '' : `${against === null ? '≤' : '≥'} ${number(reach)}`,
    ok === null ? '' : ok ? 'reached' : 'SHORT',
  ]
}

const range = (values: readonly number[]) => `${number(Math.min(...values))}–${number(Math.max(...values))}`

const number = (value: number) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2)

const pad = (text: string, to: number) => ' '.repeat(to - text.length)
