// The profiles of retention as data: retention.yaml read, held against the contract, and written out for people.

type Sentence = { zh: string; en: string }
export type Retention = {
  default: string
  profiles: Record<
    string,
    {
      title: Sentence
      keeps: Sentence
      until: Sentence
      source: Sentence
      /** Of persons served who have cases. */
      cases?: { yearsAfterClosing: number; yearsOfAge: number }
    }
  >
  others: Sentence
}

/** Throws where the contract lets an organisation choose other profiles than there are. */
export function demandChoice({ profiles }: Retention, schemas: Record<string, any>) {
  const choice = String(schemas['RetentionProfile'].enum)
  if (choice !== String(Object.keys(profiles)))
    throw new Error(`contracts/retention.yaml has other profiles than RetentionProfile: ${choice}`)
}

/** The part of docs/access.md that says it. */
export const retentionPaper = ({ profiles, default: usual, others }: Retention, language: keyof Sentence) => {
  const say = words[language]
  const rows = Object.entries(profiles).map(([name, { title, keeps, until, source }]) => [
    `${title[language]} \`${name}\`${name === usual ? say.usual : ''}`,
    ...[keeps, until, source].map((one) => one[language].trim()),
  ])
  return `### ${say.heading}

${say.intro}

${[say.columns, say.columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}

${others[language].trim()}
`
}

const words = {
  zh: {
    heading: '保存期',
    intro:
      '加密的个人信息至少保存多久，由承接机构择一（`POST /v1/organisations/{organisationId}/retention-profile`）；下表由 `contracts/retention.yaml` 生成。期限未到的抹除不予批准（409 `retention-not-over`）。',
    columns: ['保存方案', '保存什么', '至何时', '依据'],
    usual: '（默认）',
  },
  en: {
    heading: 'Retention',
    intro:
      'How long what is sealed of persons must be kept at least; a contractor chooses one (`POST /v1/organisations/{organisationId}/retention-profile`). Generated from `contracts/retention.yaml`. An erasure before its time is not approved (409 `retention-not-over`).',
    columns: ['Profile', 'What is kept', 'Until when', 'Source'],
    usual: ' (unless another is chosen)',
  },
}
