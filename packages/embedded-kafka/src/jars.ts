import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const home = join(import.meta.dirname, '..')
const pom = join(home, 'pom.xml')

/**
 * The folder of Apache Kafka's jars that `pom.xml` names; the first call lets Maven fetch them (about 50 MB), and later
 * ones need neither Maven nor a network. Throws KafkaMissing.
 */
export const findJars = async (log: (line: string) => void = () => {}): Promise<string> => {
  await demandJava()
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12)
  const jars = join(home, '.cache', `jars-${version}`)
  if (existsSync(jars)) return jars
  log('Fetching Apache Kafka with Maven …')
  const fresh = `${jars}.${randomUUID()}`
  const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies'
  await run('mvn', ['-q', '-B', '-f', pom, copy, `-DoutputDirectory=${fresh}`]).catch((cause) => {
    rmSync(fresh, { recursive: true, force: true })
    throw new KafkaMissing(
      (cause as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'Maven is needed once, to fetch Apache Kafka: on Debian, apt-get install maven.'
        : `Maven could not fetch Apache Kafka: ${(cause as { stdout?: string }).stdout?.trim() || (cause as Error).message}`,
    )
  })
  try {
    renameSync(fresh, jars)
  } catch {
    rmSync(fresh, { recursive: true, force: true }) // Another process was faster.
  }
  return jars
}

const demandJava = async () => {
  const { stderr } = await run('java', ['-version']).catch(() => ({ stderr: '' }))
  const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0)
  if (major < 17)
    throw new KafkaMissing(
      `Apache Kafka needs Java 17 or newer, and this machine has ${major ? `Java ${major}` : 'none'}: on Debian, apt-get install openjdk-17-jre-headless.`,
    )
}

/** Java, Maven or the jars are missing; the message says what to install. */
export class KafkaMissing extends Error {
  override name = 'KafkaMissing'
}
