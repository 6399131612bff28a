import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Recorded } from '@wushe/event-store'
import { testKafka } from '@wushe/testkit/kafka'
import type pg from 'pg'
import { openFollowing, record, until, type OpenFollowing } from '../following.fixture.ts'
import { openInbox, type InboxEvent } from '../inbox.ts'
import type { Running } from '../runner.ts'
import { openBus, type Bus } from './client.ts'
import { deadLetters, redriveDead } from './dead-letters.ts'
import { fillFromKafka, type KafkaOptions } from './inbox-from-kafka.ts'
import { toMessage } from './message.ts'
import { relayOf, republish } from './relay.ts'
import { createTopics, eventsTopic, partitions } from './topics.ts'

const kafka = await testKafka()
const title = kafka
  ? 'from the log of one service into the inbox of another'
  : 'through Kafka (not run: it needs Java 17 and Maven, or an address in KAFKA_BROKERS)'

/** The service that records, and the one that follows it, each with a database of its own. */
let cases: OpenFollowing
let reporting: OpenFollowing
let bus: Bus
let stops: (() => Promise<void>)[]

beforeEach(async () => {
  if (!kafka) return
  cases = await openFollowing()
  reporting = await openFollowing()
  stops = []
  bus = openBus({ brokers: kafka.brokers.split(','), prefix: `t${randomBytes(4).toString('hex')}`, clientId: 'test' })
})
afterEach(async () => {
  if (!kafka) return
  await Promise.all(stops.map((stop) => stop()))
  await Promise.all([cases.close(), reporting.close()])
})
afterAll(() => kafka?.stop())

const startRelay = () => {
  const relay = relayOf({ bus, service: 'case', pool: cases.pool })
  const running = cases.start(relay)
  stops.push(async () => {
    await relay.close()
    await running.stop()
  })
  return running
}

const fill = (
  following: ReturnType<KafkaOptions['sources']['get']> = 'everything',
  { pool = reporting.pool, over = bus }: { pool?: pg.Pool; over?: Bus } = {},
) => {
  const ending = new AbortController()
  const lines: string[] = []
  const filling = fillFromKafka({
    ...{ bus: over, inbox: openInbox({ pool }), group: `${bus.prefix}.reporting`, signal: ending.signal },
    sources: new Map([['case', following!]]),
    log: (line) => lines.push(line),
  }).get('case')!
  const stop = async () => {
    ending.abort()
    await filling.done
  }
  stops.push(stop)
  return { ...filling, stop, lines }
}

const learnt = async () =>
  (await openInbox({ pool: reporting.pool }).page('start', { limit: 100_000 })).events as InboxEvent[]
const recorded = async () => (await cases.log.page('start', { limit: 100_000 })).events
const keyOf = ({ stream, revision }: Recorded) => `${stream} ${revision}`
/** Of each stream in the order of arrival. */
const inStreams = (events: readonly Recorded[]) => events.map(keyOf).toSorted(byStream)
const byStream = (a: string, b: string) =>
  a.split(' ')[0]! < b.split(' ')[0]! ? -1 : a.split(' ')[0] === b.split(' ')[0] ? 0 : 1
const stoppedWith = async (filling: Running) => {
  await until(() => filling.health().status === 'stopped', 20_000)
  return filling.health().error!.message
}
const publish = async (...messages: object[]) => {
  const producer = bus.kafka.producer()
  await producer.connect()
  await producer.send({ topic: eventsTopic(bus, 'case'), messages: messages as never })
  await producer.disconnect()
}

;(kafka ? describe : describe.skip)(title, () => {
  test('every event arrives once, as it was, and each stream in its order', async () => {
    await createTopics(bus, ['case'])
    for (let round = 0; round < 40; round++)
      await record(cases.store, `case-${round % 7}`, [
        { a: round, sealed: { 'note.x': { ct: 'abc' } } },
        { '10': 1, '9': 2, '': null, text: '阿拉尔 \u{1f600}' },
      ])
    startRelay()
    const filling = fill()
    const last = await record(cases.store, 'case-last', 1)
    expect(await filling.waitFor(last, 20_000)).toBe(true)
    const all = await learnt()
    expect(inStreams(all)).toEqual(inStreams(await recorded()))
    const plain = (events: readonly (Recorded & Partial<InboxEvent>)[]) =>
      events
        .map(({ position: _, source: __, learntAt: ___, ...event }) => event)
        .toSorted((a, b) => byStream(keyOf(a as Recorded), keyOf(b as Recorded)))
    expect(plain(all)).toEqual(plain(await recorded()))
    expect(filling.health()).toMatchObject({ name: 'inbox case', status: 'running', parked: 0 })
  })

  test('a message is a CloudEvent in binary mode whose key is the stream', async () => {
    await record(cases.store, 'case-1', [{ b: 1, a: { '2': 0, '10': 0 } }], 'CaseOpened')
    const [event] = await recorded()
    const message = toMessage('case', event!)
    expect([message.key, JSON.parse(message.value).data]).toEqual(['case-1', event!.data])
    expect(message.value).toContain('"data":{"a":{"10":0,"2":0},"b":1}')
    expect(message.headers).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: event!.id,
      ce_source: '/services/case',
      ce_type: 'org.wushe.case.CaseOpened.v1',
      ce_time: event!.at,
      ce_subject: 'case-1',
      ce_partitionkey: 'case-1',
      ce_sequence: '0000000000000000000',
      ce_position: event!.position,
      ce_tenant: 'org_1',
    })
  })

  test('who waits for a position is told when everything up to it is there, also while more keeps coming', async () => {
    await createTopics(bus, ['case'])
    startRelay()
    const filling = fill()
    let going = true
    const stream = (async () => {
      for (let at = 0; going; at++) {
        await record(cases.store, `case-${at % 50}`, 1)
        await pause(2)
      }
    })()
    for (let round = 0; round < 10; round++) {
      const before = await recorded()
      const position = await record(cases.store, `case-round-${round}`, 1)
      expect(await filling.waitFor(position, 20_000)).toBe(true)
      const there = new Set((await learnt()).map(keyOf))
      expect(before.filter((event) => !there.has(keyOf(event)))).toEqual([])
      expect(there.has(`case-round-${round} 0`)).toBe(true)
    }
    going = false
    await stream
    expect(await filling.waitFor('mem:ffffffffffffffff' as never, 50)).toBe(false)
  })

  test('topics are made by a command; until then the relay says so, and then goes on', async () => {
    const position = await record(cases.store, 'case-1', 3)
    const relay = startRelay()
    await until(() => /is not there\. Make the topics: npm run topics/.test(relay.health().error?.message ?? ''))
    const filling = fill()
    expect(await createTopics(bus, ['case'])).toEqual([`${bus.prefix}.case.events`, `${bus.prefix}.case.marks`])
    expect(await createTopics(bus, ['case'])).toEqual([])
    expect(await filling.waitFor(position, 20_000)).toBe(true)
    await until(() => relay.health().error === undefined)
  })

  test('a topic with another number of partitions is refused, since streams would lose their order', async () => {
    const admin = bus.kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: eventsTopic(bus, 'case'), numPartitions: 3 }] })
    await admin.disconnect()
    await expect(createTopics(bus, ['case'])).rejects.toThrow(`has 3 partitions and needs ${partitions}, for ever`)
  })

  test('of two processes one reads, and when its connection dies the other one goes on without a gap', async () => {
    await createTopics(bus, ['case'])
    startRelay()
    const first = fill()
    await first.waitFor(await record(cases.store, 'case-1', 5), 20_000)
    const second = fill('everything', { pool: reporting.process() })
    await pause(700)
    expect([first.health().status, second.health().status]).toEqual(['running', 'standby'])
    await first.stop()
    const last = await record(cases.store, 'case-1', 5)
    expect(await second.waitFor(last, 20_000)).toBe(true)
    expect((await learnt()).map(keyOf)).toEqual((await recorded()).map(keyOf))
    expect(second.health().status).toBe('running')
  })

  test('who finds that another process has read on writes no more, and begins anew from where that one has come', async () => {
    await createTopics(bus, ['case'])
    startRelay()
    const filling = fill()
    await filling.waitFor(await record(cases.store, 'case-1', 5), 20_000)
    // What the other one has read, it has added.
    await reporting.pool.query('update inbox.offsets set next_offset = next_offset - 2 where next_offset > 0')
    const last = await record(cases.store, 'case-1', 1)
    await until(() => filling.lines.some((line) => line.includes('Another process reads case now.')))
    await until(() => filling.waitFor(last, 1000), 20_000)
    expect((await learnt()).map(keyOf)).toEqual((await recorded()).map(keyOf))
    expect(filling.health().status).toBe('running')
  })

  test('a message that is no event is set aside, and read again on request', async () => {
    await createTopics(bus, ['case'])
    startRelay()
    const filling = fill()
    const position = await record(cases.store, 'case-1', 1)
    await filling.waitFor(position, 20_000)
    await publish({ key: 'case-2', value: 'hello' })
    await until(async () => (await deadLetters(reporting.pool)).length === 1)
    const last = await record(cases.store, 'case-1', 1)
    expect(await filling.waitFor(last, 20_000)).toBe(true)
    const [dead] = await deadLetters(reporting.pool)
    expect(dead).toMatchObject({
      source: 'case',
      key: 'case-2',
      attempts: 1,
      error: expect.stringMatching('no event|not all'),
    })
    const inbox = openInbox({ pool: reporting.pool })
    expect(await redriveDead(inbox, 'case')).toEqual({ added: 0, left: 1 })
    const [event] = await recorded()
    const { value, headers } = toMessage('case', { ...event!, stream: 'case-2' })
    await reporting.pool.query('update inbox.dead_letters set value = $1, headers = $2', [
      value,
      JSON.stringify(headers),
    ])
    expect(await redriveDead(inbox, 'case')).toEqual({ added: 1, left: 0 })
    expect(await deadLetters(reporting.pool)).toEqual([])
    expect((await learnt()).map(keyOf)).toEqual(['case-1 0', 'case-1 1', 'case-2 0'])
  })

  test('a gap in a stream stops the reading and is named; when the service publishes again, all is there', async () => {
    await createTopics(bus, ['case'])
    startRelay()
    const filling = fill()
    const position = await record(cases.store, 'case-1', 2)
    await filling.waitFor(position, 20_000)
    const [event] = await recorded()
    await publish({ ...toMessage('case', { ...event!, revision: 4n }) })
    expect(await stoppedWith(filling)).toBe('case-1 has a gap: revision 2 is missing before revision 4.')
    expect(await filling.waitFor(await record(cases.store, 'case-1', 3), 300)).toBe(false)
    await republish(cases.pool)
    const last = await record(cases.store, 'case-2', 1)
    await until(() => filling.health().status === 'running', 20_000)
    expect(await filling.waitFor(last, 20_000)).toBe(true)
    expect(inStreams(await learnt())).toEqual(inStreams(await recorded()))
  })

  test('when the topic was lost, everything is published again, and nothing is doubled', async () => {
    await createTopics(bus, ['case'])
    const relay = startRelay()
    const filling = fill()
    for (let stream = 0; stream < 30; stream++) await record(cases.store, `case-${stream}`, 3)
    await filling.waitFor(await record(cases.store, 'case-1', 1), 20_000)
    const admin = bus.kafka.admin()
    await admin.connect()
    await admin.deleteTopics({ topics: [eventsTopic(bus, 'case')] })
    await until(async () => !(await admin.listTopics()).includes(eventsTopic(bus, 'case')))
    await admin.disconnect()
    await createTopics(bus, ['case'])
    for (let stream = 0; stream < 30; stream++) await record(cases.store, `case-${stream}`, 1)
    const last = await record(cases.store, 'case-1', 1)
    // Until it hears of the new edition, the reader may take for a gap what it passes over.
    await until(() => filling.waitFor(last, 1000), 30_000)
    expect(inStreams(await learnt())).toEqual(inStreams(await recorded()))
    expect(relay.health().status).toBe('running')
  }, 60_000)

  test('who follows some types only is told when messages were removed before it read them', async () => {
    await createTopics(bus, ['case'])
    startRelay()
    await fill('everything').waitFor(await record(cases.store, 'case-1', 4), 20_000)
    const admin = bus.kafka.admin()
    await admin.connect()
    const topic = eventsTopic(bus, 'case')
    const partition = (await admin.fetchTopicOffsets(topic)).find(({ high }) => high === '4')!.partition
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '3' }] })
    await admin.disconnect()
    const other = await openFollowing()
    try {
      const filling = fill({ types: ['Happened'] }, { pool: other.pool })
      expect(await stoppedWith(filling)).toMatch(/messages 0 to 2 of partition \d+ were removed before they were read/)
      await republish(cases.pool)
      const last = await record(cases.store, 'case-1', 1)
      await until(() => filling.health().status === 'running', 20_000)
      expect(await filling.waitFor(last, 30_000)).toBe(true)
      const { rows } = await other.pool.query('select revision from inbox.events order by revision')
      expect(rows.map(({ revision }) => revision)).toEqual(['0', '1', '2', '3', '4'])
      await filling.stop()
    } finally {
      await other.close()
    }
  }, 60_000)

  test('an idle connection asks for no timer', async () => {
    await createTopics(bus, ['case'])
    const admin = bus.kafka.admin()
    await admin.connect()
    await admin.listTopics()
    const before = process.cpuUsage()
    await pause(1000)
    const { user, system } = process.cpuUsage(before)
    await admin.disconnect()
    expect((user + system) / 1000).toBeLessThan(300)
  })
})
