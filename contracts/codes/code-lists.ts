import { readFileSync } from 'node:fs'

export type CodeList = {
  readonly list: string
  /** Of the standard or law that the list comes from; counted from 1 for our own. */
  readonly version: string
  readonly source: string
  readonly codes: readonly { readonly code: string; readonly zh: string; readonly en: string }[]
}

/** The code lists by name. A code that is on none of them is stored and flagged, not refused. */
export const codeLists = {
  'agreement-legal-bases': read('agreement-legal-bases'),
  'group-stages': read('group-stages'),
  'mandatory-report-grounds': read('mandatory-report-grounds'),
  'problem-types': read('problem-types'),
  sex: read('sex'),
  'subject-categories': read('subject-categories'),
}

function read(list: string): CodeList {
  return JSON.parse(readFileSync(new URL(`./${list}.json`, import.meta.url), 'utf8')) as CodeList
}
