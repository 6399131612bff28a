import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Bench } from './measure.ts'

export type Child<Hello> = {
  pid: number
  hello: Hello
  /** One question at a time. */
  ask: <Answer>(question: object) => Promise<Answer>
}

/**
 * Starts a process of the bench, `bench/<name>.ts`, and waits until it says that it is ready. It ends with the measure, and
 * by itself when we are gone.
 */
export const startChild = async <Hello>(bench: Bench, name: string, options: object): Promise<Child<Hello>> => {
  const process = fork(new URL(`${name}.ts`, import.meta.url), [JSON.stringify(options)], {
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  bench.atEnd(async () => {
    if (process.exitCode !== null || process.signalCode !== null) return
    const exit = once(process, 'exit')
    if (process.connected) process.disconnect()
    const impatience = setTimeout(() => process.kill('SIGKILL'), 8000)
    await exit
    clearTimeout(impatience)
  })
  const hello = await nextMessage<Hello>(process, name)
  return {
    pid: process.pid!,
    hello,
    ask: (question) => {
      process.send(question)
      return nextMessage(process, name)
    },
  }
}

const nextMessage = <Message>(process: ChildProcess, name: string) =>
  new Promise<Message>((resolve, reject) => {
    const heard = (message: unknown) => (process.off('exit', ended), resolve(message as Message))
    const ended = (code: number | null) => (
      process.off('message', heard),
      reject(new Error(`${name} ended with ${code}.`))
    )
    process.once('message', heard)
    process.once('exit', ended)
  })

/** The child's side: what it was started with, and how it says hello, answers and ends. */
export const childOptions = <Options>() => JSON.parse(process.argv[2]!) as Options

export const asChild = (
  hello: object,
  { answer = async () => ({}), stop }: { answer?: (question: any) => Promise<object>; stop?: () => Promise<unknown> },
) => {
  // The terminal's Ctrl-C reaches the children too; the parent decides when they end.
  process.on('SIGINT', () => {})
  process.on('message', (question) => void answer(question).then((said) => process.send?.(said)))
  process.once('disconnect', () => void Promise.resolve(stop?.()).finally(() => process.exit(0)))
  process.send!(hello)
}
