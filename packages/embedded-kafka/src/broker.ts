import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findJars } from './jars.ts'

export type BrokerOptions = {
  /** Made when missing; holds `data`, `server.properties` and `kafka.log`. One broker at a time runs in it. */
  dir: string
  /** Of the broker; a free one when it is not given. It listens on 127.0.0.1 only. */
  port?: number
  /** Where clients are told to come instead, `host:port`: a proxy before the broker. */
  advertised?: string
  /** Broker settings over ours. */
  settings?: Record<string, string | number>
  /** Hears what the launcher does, a sentence at a time. */
  log?: (line: string) => void
}

export type Broker = {
  /** `host:port`, for KAFKA_BROKERS. */
  brokers: string
  port: number
  /** Of the Java process. */
  pid: number
  /** Lets the broker close its logs and waits: 15 s at most, then without. */
  stop(): Promise<void>
  /** Resolves when the broker has ended, asked or not. */
  exited: Promise<void>
}

/**
 * Starts one Kafka node, broker and controller at once (KRaft), on the data in `dir`; the first start formats it. When
 * this process ends without `stop()`, for whatever reason, the broker is ended too.
 *
 * Topics are never made by accident: `auto.create.topics.enable` is false. Throws KafkaMissing, KafkaFailed.
 */
export const startBroker = async ({ dir, log = () => {}, ...options }: BrokerOptions): Promise<Broker> => {
  const classpath = join(await findJars(log), '*')
  mkdirSync(dir, { recursive: true })
  const port = options.port ?? (await freePort())
  const properties = join(dir, 'server.properties')
  writeFileSync(properties, propertiesOf({ dir, ...options, port, controller: await freePort() }))
  await format(classpath, properties, dir)

  const logFile = join(dir, 'kafka.log')
  const pidFile = join(dir, 'broker.pid')
  rmSync(pidFile, { force: true })
  const out = openSync(logFile, 'a', 0o600)
  log('Starting Kafka …')
  const guard = spawn(
    'sh',
    ['-c', endWithParent, 'sh', pidFile, 'java', ...javaOptions, '-cp', classpath, 'kafka.Kafka', properties],
    {
      stdio: ['pipe', out, out],
      env: environment(),
      detached: true,
    },
  )
  const exited = new Promise<void>((resolve) => guard.once('exit', () => resolve()))
  let ended = false
  void exited.then(() => (ended = true))
  for (let waited = 0; !(await answers(port)); waited += 100) {
    if (ended || waited > 60_000) {
      guard.stdin?.end()
      throw new KafkaFailed(`Kafka did not start: ${lastWords(logFile)} (${logFile})`)
    }
    await pause(100)
  }
  return {
    brokers: options.advertised ?? `127.0.0.1:${port}`,
    port,
    pid: Number(readFileSync(pidFile, 'utf8')),
    stop: async () => {
      guard.stdin?.end()
      await exited
    },
    exited,
  }
}

/**
 * The pipe of standard input closes with the process that holds it, even one that is killed. Then Kafka is asked to end,
 * and after 15 s it is made to.
 */
const endWithParent = `
  pid_file=$1; shift
  exec 3<&0
  "$@" </dev/null & broker=$!
  echo $broker > "$pid_file"
  { cat <&3 >/dev/null; kill $broker; sleep 15; kill -9 $broker; } 2>/dev/null & guard=$!
  exec 3<&-
  wait $broker
  pkill -P $guard 2>/dev/null
  kill $guard 2>/dev/null
  exit 0`

/** For a broker of one machine: little memory, and a start that does not wait for the best machine code. */
const javaOptions = [
  '-Xmx512m',
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
]

const format = async (classpath: string, properties: string, dir: string) => {
  if (existsSync(join(dir, 'data', 'meta.properties'))) return
  const tool = ['-cp', classpath, 'kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', properties]
  await promisify(execFile)('java', [...javaOptions, ...tool], { env: environment() })
}

/** As Kafka writes a UUID. It begins with no dash, which would be an option to the tool. */
const clusterId = () => {
  const bytes = randomBytes(16)
  bytes[0]! &= 0x7f
  return bytes.toString('base64url')
}

const propertiesOf = ({
  dir,
  port,
  controller,
  advertised = `127.0.0.1:${port}`,
  settings = {},
}: Omit<BrokerOptions, 'log'> & { port: number; controller: number }) =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://${advertised}`,
    'log.dirs': join(dir, 'data'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 3,
    'group.initial.rebalance.delay.ms': 0,
    // What a producer was told is kept is on the disk within a second, also when the machine loses its power.
    'log.flush.interval.ms': 1000,
    ...settings,
  })
    .map(([name, value]) => `${name}=${escaped(String(value))}\n`)
    .join('')

/** Java reads properties as Latin-1. */
const escaped = (text: string) =>
  text.replaceAll(/[^\x20-\x7e]|\\/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** So that Java finds a folder whose name has other letters. */
const environment = () => ({ ...process.env, LC_ALL: 'C.UTF-8' })

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const lastWords = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .filter((line) => /ERROR|FATAL|Exception/.test(line))
    .slice(-2)
    .join(' ')

/** Kafka ended instead of starting; the message holds its last words. */
class KafkaFailed extends Error {
  override name = 'KafkaFailed'
}
