import type { Streams } from '@wushe/contracts'
import { aggregate, record, refuse } from '@wushe/slice'
import { jobIdOf } from '../../jobs/job.ts'

type Facts = Omit<Extract<Streams['webhook'], { type: 'WebhookRegistered' }>['data'], 'organisationId'>
export type Webhook =
  { status: 'none' } | { status: 'active' | 'suspended' | 'removed'; organisationId: string; facts: Facts }

export const webhook = aggregate('webhook', {
  initial: { status: 'none' } as Webhook,
  evolve: (state, event): Webhook => {
    if (event.type === 'WebhookRegistered') {
      const { organisationId, ...facts } = event.data
      return { status: 'active', organisationId, facts }
    }
    if (state.status === 'none') return state
    switch (event.type) {
      case 'WebhookCorrected': {
        const { organisationId: _, reason: _reason, ...facts } = event.data
        return { ...state, facts }
      }
      case 'WebhookSuspended':
        return { ...state, status: 'suspended' }
      case 'WebhookResumed':
        return { ...state, status: 'active' }
      case 'WebhookRemoved':
        return { ...state, status: 'removed' }
      case 'WebhookSecretRotated':
      case 'WebhookTestRequested':
      case 'WebhookReplayRequested':
        return state
    }
  },
})

export const notActive = ({ status }: Webhook) => refuse('webhook-not-active', { status })

/** A secret of Standard Webhooks, from 32 random bytes in hex. */
export const secretFrom = (chance: string) => `whsec_${Buffer.from(chance, 'hex').toString('base64')}`

export const webhookRecord = record('Webhook', {
  from: 'webhook',
  table: 'reporting.webhook',
  revision: 2,
  on: {
    WebhookRegistered: (_, { data: { organisationId: _org, ...facts } }) => ({ ...facts, status: 'active' }),
    WebhookCorrected: ({ status, ...rest }, { data: { organisationId: _org, reason: _, ...facts } }) => ({
      ...facts,
      status,
      ...('suspensionReason' in rest && { suspensionReason: rest.suspensionReason }),
      ...('replayJobId' in rest && { replayJobId: rest.replayJobId }),
    }),
    WebhookSuspended: (body, { data }) => ({ ...body, status: 'suspended', suspensionReason: data.reason }),
    WebhookResumed: ({ suspensionReason: _, ...body }) => ({ ...body, status: 'active' }),
    WebhookRemoved: (body) => ({ ...body, status: 'removed' }),
    WebhookReplayRequested: (body, { id }) => ({ ...body, replayJobId: jobIdOf(id) }),
  },
})
