import type { Tale } from './every-operation.fixture.ts'

/** What others give, projects, and how much of it all the funder sees. */
export const resources = ({
  act,
  id,
  identity,
  title,
  noted,
  mistaken,
  inError,
  site,
  agreementId,
  funderId,
}: Tale) => {
  const worker = id('pra', 'worker')
  // What others give
  const [provider, voidedProvider] = [id('prv', 'provider'), id('prv', 'voided')]
  const [offer, withdrawnOffer] = [id('off', 'offer'), id('off', 'withdrawn')]
  const [link, cancelledLink, voidedLink] = [id('lnk', 'link'), id('lnk', 'cancelled'), id('lnk', 'voided')]
  const giving = { kind: 'individual', occurredOn: '2023-04-10' } as const
  act('registerProvider', {}, { ...giving, id: provider, identity: identity('provider') })
  act(
    'correctProvider',
    { providerId: provider },
    { ...giving, identity: identity('provider again'), ...mistaken, ...noted('correctProvider') },
  )
  act(
    'registerProvider',
    {},
    { kind: 'enterprise', name: title('provider'), id: voidedProvider, occurredOn: '2023-04-10' },
  )
  act('voidProvider', { providerId: voidedProvider }, inError('voidProvider'))
  const erasedProvider = id('prv', 'erased')
  act('restrictProvider', { providerId: provider }, { basis: 'request' })
  act('liftProviderRestriction', { providerId: provider }, { reason: 'resolved' })
  act('eraseProvider', { providerId: provider }, { basis: 'request' })
  act('refuseProviderErasure', { providerId: provider }, noted('refuseProviderErasure'))
  act('registerProvider', {}, { ...giving, id: erasedProvider, identity: identity('erased provider') })
  act('eraseProvider', { providerId: erasedProvider }, { basis: 'consent-withdrawn' })
  act('approveProviderErasure', { providerId: erasedProvider }, {})
  const goods = { kind: 'goods', quantity: 10, unit: '袋', occurredOn: '2023-04-11', ...site } as const
  act('offerResource', {}, { ...goods, id: offer, providerId: provider, ...noted('offerResource') })
  act('proposeLink', { offerId: offer }, { id: link, quantity: 4, occurredOn: '2023-04-12', ...site, ...noted('link') })
  const linkPath = { offerId: offer, linkId: link }
  act('agreeLink', linkPath, { quantity: 3, occurredOn: '2023-04-13', ...noted('agreeLink') })
  act('deliverResource', linkPath, { quantity: 3, occurredOn: '2023-04-14', ...noted('deliverResource') })
  act('valueLink', linkPath, {
    amountFen: 12_345,
    method: 'market-price',
    approvedBy: worker,
    occurredOn: '2023-04-15',
    ...noted('valueLink'),
  })
  act('proposeLink', { offerId: offer }, { id: cancelledLink, quantity: 1, occurredOn: '2023-04-12' })
  act(
    'cancelLink',
    { offerId: offer, linkId: cancelledLink },
    { reason: 'need-ended', occurredOn: '2023-04-16', ...noted('cancelLink') },
  )
  act('proposeLink', { offerId: offer }, { id: voidedLink, quantity: 1, occurredOn: '2023-04-12' })
  act('voidLink', { offerId: offer, linkId: voidedLink }, inError('voidLink'))
  act('offerResource', {}, { ...goods, id: withdrawnOffer, providerId: provider })
  act(
    'withdrawOffer',
    { offerId: withdrawnOffer },
    { reason: 'expired', occurredOn: '2023-04-17', ...noted('withdrawOffer') },
  )

  // Projects
  const [project, voidedProject] = [id('prj', 'project'), id('prj', 'voided')]
  const special = { kind: 'special', theme: title('project'), occurredOn: '2023-05-05', ...site } as const
  act('startProject', {}, { ...special, id: project, ...noted('startProject') })
  act(
    'closeProject',
    { projectId: project },
    { result: 'achieved', occurredOn: '2023-11-30', ...noted('closeProject') },
  )
  act('startProject', {}, { ...special, id: voidedProject })
  act('voidProject', { projectId: voidedProject }, inError('voidProject'))

  // What the funder sees
  const seen = { agreementId, funderOrgId: funderId, view: 'deidentified', basis: 'audit' } as const
  act('giveAgreementGrant', {}, { ...seen, id: id('gra', 'grant'), validFrom: '2023-01-01', validTo: '2023-12-31' })
  act('endAgreementGrant', { grantId: id('gra', 'grant') }, { reason: 'purpose-fulfilled' })
}
