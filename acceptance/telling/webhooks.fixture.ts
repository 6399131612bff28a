import type { Tale } from './every-operation.fixture.ts'

/** An address to which events are sent; nobody answers there. */
export const webhooks = ({ act, id, title, mistaken }: Tale) => {
  const [endpoint, removed] = [id('whk', 'endpoint'), id('whk', 'removed')]
  const facts = { url: 'https://hooks.invalid/wushe', eventTypes: ['CaseOpened'], description: title('endpoint') }
  act('registerWebhook', {}, { ...facts, id: endpoint })
  const path = { webhookId: endpoint }
  act('correctWebhook', path, { ...facts, eventTypes: ['CaseClosed'], ...mistaken })
  act('testWebhook', path, {})
  act('rotateWebhookSecret', path, {})
  act('replayWebhook', path, { eventIds: ['019364f0-c8a5-7f0e-9c1d-2b3a4f5e6d7c'] })
  act('suspendWebhook', path, { reason: 'requested' })
  act('resumeWebhook', path, {})
  act('registerWebhook', {}, { ...facts, id: removed })
  act('removeWebhook', { webhookId: removed }, {})
}
