import { refuse, type Refusal } from '@wushe/slice'
import { unknownType } from '../ledger.ts'
import { notActive, secretFrom, webhook } from './webhook.ts'

/** The secret is shown in the first answer and nowhere else; the log keeps it sealed. */
export const registerWebhook = webhook.command('registerWebhook', {
  of: ({ body }, { newId }) => body.id ?? newId('whk'),
  decide: ({ body: { id: _, ...facts } }, state, { actor, chance }) => {
    const refusal = refuseFacts(facts)
    if (refusal) return refusal
    if (state.status !== 'none') return []
    return [
      {
        type: 'WebhookRegistered',
        data: { organisationId: actor.orgId, ...facts },
        sealed: { secret: secretFrom(chance) },
      },
    ]
  },
  shownOnce: (_, { chance }) => ({ secret: secretFrom(chance) }),
})

export const correctWebhook = webhook.command('correctWebhook', {
  of: ({ path }) => path.webhookId,
  decide: ({ body: { reason, ...facts } }, state) => {
    const refusal = refuseFacts(facts)
    if (refusal) return refusal
    if (state.status === 'none' || state.status === 'removed') return notActive(state)
    const { url, eventTypes, description } = state.facts
    if (
      JSON.stringify([url, eventTypes, description]) ===
      JSON.stringify([facts.url, facts.eventTypes, facts.description])
    )
      return []
    return [{ type: 'WebhookCorrected', data: { organisationId: state.organisationId, ...facts, reason } }]
  },
})

const refuseFacts = ({ url, eventTypes }: { url: string; eventTypes?: string[] }): Refusal | undefined => {
  const to = URL.parse(url)
  // Plain http is for a server on the developer's own machine; whether that is reached at all, the host decides.
  const known = to?.protocol === 'https:' || (to?.protocol === 'http:' && ownMachine.includes(to.hostname))
  if (!to || !known || to.username || to.password || to.hash) return refuse('webhook-url-not-allowed')
  return unknownType(eventTypes)
}

const ownMachine = ['localhost', '127.0.0.1', '[::1]']
