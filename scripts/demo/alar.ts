// The Alar workload: 20 stations, 32 months, every count derived from published figures so that all sums are exact.
// Source of the figures: reports on the station system of Alar, First Division, XPCC (2021–2023); persons are invented.
import { divisionsUnder } from '@wushe/contracts/codes'
import { act, create, idOf, type Chain, type Phase } from './requests.ts'
import { period, station } from './station.ts'

/** The agreement's own requests are sent by the funder, one after the other, before everything else. */
export const agreement = (organisations: { contractor: string; funder: string }): { id: string; chain: Chain } => {
  const id = idOf('agr', 'agreement', organisations.contractor)
  return {
    id,
    chain: [
      create('/v1/agreements', {
        id,
        contractorId: organisations.contractor,
        title: '阿拉尔市社会工作服务站运营',
        legalBasis: 'government-procurement',
        procurementRef: 'ALE-2021-017',
        ...period,
        divisions: townships,
        valueFen: 960_000_000,
        funds: [{ funderId: organisations.funder, share: 10_000 }],
      }),
      act(`/v1/agreements/${id}/signature`, { signedOn: '2021-06-21' }),
      act(`/v1/agreements/${id}/activation`, { occurredOn: '2021-07-01' }),
    ],
  }
}

/** Everything that the contractor records. `salt` keeps two contractors' workloads apart; `stations` takes the first n. */
export function alar(
  agreementId: string,
  { salt = '', stations: count = 20 }: { salt?: string; stations?: number | undefined } = {},
): Phase[] {
  const made = townships.slice(0, count).map((divisionCode, index) => station(index, divisionCode, agreementId, salt))
  const hq = idOf('sta', 'hq', salt)
  return [
    {
      name: { zh: '站点与人员', en: 'stations and people' },
      chains: [
        [
          create('/v1/stations', {
            id: hq,
            level: 'hq',
            name: '阿拉尔市社会工作总站',
            divisionCode: '659002',
            agreementId,
            occurredOn: '2021-07-01',
          }),
          ...made.flatMap((one) => one.establish(hq)),
        ],
        ...made.flatMap((one) => one.people),
      ],
    },
    { name: { zh: '个案', en: 'cases' }, chains: made.flatMap((one) => one.cases) },
    { name: { zh: '小组', en: 'groups' }, chains: made.flatMap((one) => one.groups) },
    { name: { zh: '社区活动', en: 'activities' }, chains: made.flatMap((one) => one.activities) },
    { name: { zh: '志愿服务', en: 'volunteers' }, chains: made.flatMap((one) => one.volunteers) },
    { name: { zh: '资源与特色项目', en: 'resources and special projects' }, chains: made.flatMap((one) => one.others) },
  ]
}

const townships = divisionsUnder('659002', 9)
