import type { Streams } from '@wushe/contracts'
import { aggregate, record, refuse } from '@wushe/slice'

type Started = Extract<Streams['project'], { type: 'ProjectStarted' }>['data']
export type Project = { status: 'none' } | { status: 'running' | 'closed' | 'voided'; facts: Started }

export const project = aggregate('project', {
  initial: { status: 'none' } as Project,
  evolve: (state, event): Project => {
    if (event.type === 'ProjectStarted') return { status: 'running', facts: event.data }
    if (state.status === 'none') return state
    switch (event.type) {
      case 'ProjectClosed':
        return { ...state, status: 'closed' }
      case 'ProjectVoided':
        return { ...state, status: 'voided' }
    }
  },
})

export const startProject = project.command('startProject', {
  of: ({ body }, { newId }) => body.id ?? newId('prj'),
  decide: ({ body: { id: _, note, ...facts } }, state) =>
    state.status === 'none'
      ? [{ type: 'ProjectStarted', data: facts, sealed: note === undefined ? undefined : { note } }]
      : [],
})

export const closeProject = project.command('closeProject', {
  of: ({ path }) => path.projectId,
  decide: ({ body: { note, ...body } }, state) => {
    if (state.status === 'closed') return []
    if (state.status !== 'running') return refuse('project-not-open', { status: state.status })
    const { kind, agreementId, siteId } = state.facts
    return [
      {
        type: 'ProjectClosed',
        data: { ...body, kind, agreementId, siteId },
        sealed: note === undefined ? undefined : { note },
      },
    ]
  },
})

export const voidProject = project.command('voidProject', {
  of: ({ path }) => path.projectId,
  decide: ({ path, body: { reason, note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('already-voided', { id: path.projectId })
    const { kind, agreementId, siteId } = state.facts
    return [
      {
        type: 'ProjectVoided',
        data: { kind, reason, agreementId, siteId },
        sealed: note === undefined ? undefined : { note },
      },
    ]
  },
})

export const projectRecord = record('Project', {
  from: 'project',
  table: 'reporting.project',
  on: {
    ProjectStarted: (_, { data }) => ({ kind: data.kind, theme: data.theme, status: 'running' }),
    ProjectClosed: (body, { data }) => ({ ...body, status: 'closed', result: data.result, closedOn: data.occurredOn }),
    ProjectVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
