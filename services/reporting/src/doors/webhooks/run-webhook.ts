import { refuse } from '@wushe/slice'
import { notActive, secretFrom, webhook } from './webhook.ts'

export const suspendWebhook = webhook.command('suspendWebhook', {
  of: ({ path }) => path.webhookId,
  decide: ({ body: { reason } }, state) => {
    if (state.status === 'suspended') return []
    if (state.status !== 'active') return notActive(state)
    return [{ type: 'WebhookSuspended', data: { reason } }]
  },
})

export const resumeWebhook = webhook.command('resumeWebhook', {
  of: ({ path }) => path.webhookId,
  decide: (_, state) => {
    if (state.status === 'active') return []
    return state.status === 'suspended' ? [{ type: 'WebhookResumed', data: {} }] : notActive(state)
  },
})

export const removeWebhook = webhook.command('removeWebhook', {
  of: ({ path }) => path.webhookId,
  decide: (_, { status }) => (status === 'removed' ? [] : [{ type: 'WebhookRemoved', data: {} }]),
})

export const rotateWebhookSecret = webhook.command('rotateWebhookSecret', {
  of: ({ path }) => path.webhookId,
  decide: (_, state, { chance }) =>
    state.status === 'removed' || state.status === 'none'
      ? notActive(state)
      : [{ type: 'WebhookSecretRotated', data: {}, sealed: { secret: secretFrom(chance) } }],
  shownOnce: (_, { chance }) => ({ secret: secretFrom(chance) }),
})

/** The event itself is what is sent. */
export const testWebhook = webhook.command('testWebhook', {
  of: ({ path }) => path.webhookId,
  decide: (_, state) => (state.status === 'active' ? [{ type: 'WebhookTestRequested', data: {} }] : notActive(state)),
})

export const replayWebhook = webhook.command('replayWebhook', {
  of: ({ path }) => path.webhookId,
  decide: ({ body: { from, to, eventIds } }, state) => {
    const period = from !== undefined && to !== undefined && Date.parse(from) < Date.parse(to)
    const clear = eventIds ? from === undefined && to === undefined : period
    if (!clear) return refuse('replay-not-clear')
    if (state.status !== 'active') return notActive(state)
    return [{ type: 'WebhookReplayRequested', data: eventIds ? { eventIds } : { from, to } }]
  },
})
