export { createWushe, type ItemOf, type ListPath, type Wushe, type WusheOptions } from './wushe.ts'
export type { Access } from './token.ts'
export type { AnswerOf, Given, PathsWith } from './calling.ts'
export type { Change, ChangeBatch, ChangesAsked } from './changes.ts'
export type { EventsAsked, WusheEvent } from './events.ts'
export { isProblem, WusheError, WusheNoAnswer, WusheProblem, WusheTokenRefused } from './errors.ts'
export { verifyWebhook, WebhookRefused, type WebhookHeaders, type WebhookOptions } from './webhook.ts'
export type { paths as Paths, ProblemCode, ProblemParams } from './contract.ts'
import type { components } from './contract.ts'
/** Every schema of the contract: `Schemas['Case']`. */
export type Schemas = components['schemas']
