import type { Streams } from '@wushe/contracts'

export const headStationId = 'sta_01h455vb4pex5vsknk084sn001'
export const stationId = 'sta_01h455vb4pex5vsknk084sn002'
export const agreementId = 'agr_01h455vb4pex5vsknk084sn001'

/** Jinyinchuan town of Alar, and a community in it. */
export const headStation = {
  level: 'hq',
  name: '阿拉尔市社工总站',
  divisionCode: '659002',
  occurredOn: '2021-07-01',
} as const
export const townStation = {
  level: 'station',
  name: '金银川镇社工站',
  parentId: headStationId,
  divisionCode: '659002100',
  occurredOn: '2021-07-15',
  agreementId,
} as const
export const room = {
  level: 'room',
  name: '光明社区社工室',
  parentId: stationId,
  divisionCode: '659002100001',
  occurredOn: '2022-05-01',
  agreementId,
} as const

export const headStationEstablished = { type: 'StationEstablished', data: headStation } satisfies Streams['station']
export const stationEstablished = { type: 'StationEstablished', data: townStation } satisfies Streams['station']
export const roomEstablished = { type: 'StationEstablished', data: room } satisfies Streams['station']
export const nameCorrected = {
  type: 'StationCorrected',
  data: { ...townStation, name: '金银川社工站', reason: 'typing-error' },
} satisfies Streams['station']
export const stationClosed = {
  type: 'StationClosed',
  data: { level: 'station', divisionCode: '659002100', occurredOn: '2023-12-31', agreementId },
} satisfies Streams['station']
export const stationVoided = {
  type: 'StationVoided',
  data: { reason: 'duplicate', agreementId },
} satisfies Streams['station']
