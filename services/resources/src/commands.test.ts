import { asked, commandLaws, type Asked, type CommandsOf } from '@wushe/testkit/laws'
import { agreeLink } from './offer/agree-link.ts'
import { cancelLink } from './offer/cancel-link.ts'
import { deliverResource } from './offer/deliver-resource.ts'
import {
  linkAgreed,
  linkId,
  linkProposed,
  offerId,
  receipt,
  rice,
  riceDelivered,
  riceOffered,
} from './offer/examples.ts'
import { offerResource } from './offer/offer-resource.ts'
import { proposeLink } from './offer/propose-link.ts'
import { valueLink } from './offer/value-link.ts'
import { voidLink } from './offer/void-link.ts'
import { withdrawOffer } from './offer/withdraw-offer.ts'
import { correctProvider } from './provider/correct-provider.ts'
import {
  company,
  companyRegistered,
  identity,
  person,
  personRegistered,
  providerErasureRequested,
  providerId,
  providerRestricted,
  uscc,
} from './provider/examples.ts'
import {
  approveProviderErasure,
  eraseProvider,
  liftProviderRestriction,
  refuseProviderErasure,
  restrictProvider,
} from './provider/erase-and-restrict-provider.ts'
import { provider } from './provider/provider.ts'
import { registerProvider } from './provider/register-provider.ts'
import { voidProvider } from './provider/void-provider.ts'

const note = '说明'
const registered = provider.evolve(provider.initial, companyRegistered)
const toProvider = { providerId }
const toOffer = { offerId }
const toLink = { offerId, linkId }

/** Every command of the contract, on a state where it may be carried out. */
const commands: { [Name in CommandsOf<'resources'>]: Asked } = {
  registerProvider: asked([], registerProvider, { body: { ...company, uscc } }),
  correctProvider: asked([personRegistered], correctProvider, {
    path: toProvider,
    body: { ...person, identity, reason: 'other', note },
  }),
  eraseProvider: asked([personRegistered], eraseProvider, { path: toProvider, body: { basis: 'request' } }),
  approveProviderErasure: asked([personRegistered, providerErasureRequested], approveProviderErasure, {
    path: toProvider,
    body: {},
  }),
  refuseProviderErasure: asked([personRegistered, providerErasureRequested], refuseProviderErasure, {
    path: toProvider,
    body: { note },
  }),
  restrictProvider: asked([personRegistered], restrictProvider, { path: toProvider, body: { basis: 'request' } }),
  liftProviderRestriction: asked([personRegistered, providerRestricted], liftProviderRestriction, {
    path: toProvider,
    body: { reason: 'resolved' },
  }),
  voidProvider: asked([companyRegistered], voidProvider, { path: toProvider, body: { reason: 'duplicate', note } }),
  offerResource: asked([], offerResource, { body: { ...rice, note } }, { provider: registered }),
  withdrawOffer: asked([riceOffered], withdrawOffer, {
    path: toOffer,
    body: { reason: 'expired', occurredOn: '2022-12-31', note },
  }),
  proposeLink: asked([riceOffered], proposeLink, {
    path: toOffer,
    body: { quantity: 40, occurredOn: '2022-01-15', note },
  }),
  agreeLink: asked([riceOffered, linkProposed], agreeLink, { path: toLink, body: { occurredOn: '2022-01-16', note } }),
  deliverResource: asked([riceOffered, linkProposed, linkAgreed], deliverResource, {
    path: toLink,
    body: { quantity: 20, evidence: [receipt], occurredOn: '2022-01-20', note },
  }),
  valueLink: asked([riceOffered, linkProposed, linkAgreed, riceDelivered], valueLink, {
    path: toLink,
    body: { amountFen: 286_589, method: 'declared', occurredOn: '2022-01-25', note },
  }),
  cancelLink: asked([riceOffered, linkProposed], cancelLink, {
    path: toLink,
    body: { reason: 'need-ended', occurredOn: '2022-01-18', note },
  }),
  voidLink: asked([riceOffered, linkProposed], voidLink, { path: toLink, body: { reason: 'duplicate', note } }),
}

/** What may rightly be recorded twice by the same words, and why. */
const mayHappenTwice: { [Name in CommandsOf<'resources'>]?: string } = {
  correctProvider: 'What is sealed cannot be compared: an identity or a note that comes along is always recorded.',
  deliverResource: 'A delivery may come in parts of the same size on the same day.',
}

commandLaws(commands, { secret: note, mayHappenTwice })
