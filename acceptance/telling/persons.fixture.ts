import type { Tale } from './every-operation.fixture.ts'

/** What persons say is wrong in what is held of them, and what they are answered. */
export const persons = ({ act, id, text, noted }: Tale) => {
  const personId = id('sub', 'subject')
  const [accepted, refused] = [id('crq', 'accepted'), id('crq', 'refused')]
  const received = { personId, requester: 'guardian', occurredOn: '2023-06-01' } as const
  const statement = () => ({ wrong: text('what is wrong'), instead: text('what should stand there') })
  const about = { id: personId, pointer: '/birthYearMonth' }
  act('requestCorrection', {}, { ...received, id: accepted, about, statement: statement() })
  act(
    'acceptCorrectionRequest',
    { correctionRequestId: accepted },
    { corrected: [personId], ...noted('acceptCorrectionRequest') },
  )
  act(
    'requestCorrection',
    {},
    { ...received, id: refused, about: { id: id('ses', 'session') }, statement: statement() },
  )
  act('refuseCorrectionRequest', { correctionRequestId: refused }, noted('refuseCorrectionRequest'))
}
