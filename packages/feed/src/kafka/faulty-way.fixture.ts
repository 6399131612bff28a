import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * What happens to a request of Kafka's protocol: it is lost on its way there, or only half of it arrives; it is carried
 * out and its answer is lost, comes in half, or late; or the broker says this error, though it has done what was asked.
 */
export type Mishap = 'lost' | 'torn' | 'answer lost' | 'answer torn' | 'answer late' | { error: number }

export type Asked = 'produce' | 'fetch' | 'else'

/** A way to a broker at `port`, on which each request may meet with a mishap. */
export const faultyWay = async () => {
  const sockets = new Set<Socket>()
  let target = 0
  let choose: (asked: Asked) => Mishap | undefined = () => undefined

  const way = createServer({ noDelay: true }, (client) => {
    const server = connect({ port: target, host: '127.0.0.1', noDelay: true })
    const answers = new Map<number, Mishap | undefined>()
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    const cutAfter = (socket: Socket, half: Buffer) => socket.write(half, () => client.destroy())

    inFrames(client, async (frame) => {
      const mishap = choose((['produce', 'fetch'] as const)[frame.readInt16BE(4)] ?? 'else')
      answers.set(frame.readInt32BE(8), mishap)
      if (mishap === 'lost') client.destroy()
      else if (mishap === 'torn') cutAfter(server, halfOf(frame))
      else server.write(frame)
    })
    inFrames(server, async (frame) => {
      const number = frame.readInt32BE(4)
      const mishap = answers.get(number)
      answers.delete(number)
      if (mishap === 'answer late') await pause(300)
      if (mishap === 'answer lost') client.destroy()
      else if (mishap === 'answer torn') cutAfter(client, halfOf(frame))
      else client.write(typeof mishap === 'object' ? saying(mishap.error, frame) : frame)
    })
  })
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))

  return {
    address: `127.0.0.1:${(way.address() as AddressInfo).port}`,
    leadsTo: (port: number) => void (target = port),
    /** Is asked at every request. */
    befall: (mishapOf: typeof choose) => void (choose = mishapOf),
    heal: () => void (choose = () => undefined),
    close: async () => {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => way.close(resolve))
    },
  }
}

const halfOf = (frame: Buffer) => frame.subarray(0, frame.length >> 1)

/** Requests and answers begin with their length. One is done with before the next one. */
const inFrames = (socket: Socket, take: (frame: Buffer) => Promise<void>) => {
  let rest: Buffer = Buffer.alloc(0)
  let taken = Promise.resolve()
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data as Buffer])
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const frame = rest.subarray(0, 4 + rest.readInt32BE(0))
      rest = rest.subarray(frame.length)
      taken = taken.then(() => take(frame))
    }
  })
}

/** An answer to `produce` (versions 5 to 8 begin alike) in which every partition of the first topic has this error. */
const saying = (error: number, answer: Buffer) => {
  const changed = Buffer.from(answer)
  const partitions = 14 + changed.readInt16BE(12)
  const each = 4 + 2 + 8 + 8 + 8
  for (let i = 0; i < changed.readInt32BE(partitions); i++) changed.writeInt16BE(error, partitions + 4 + i * each + 4)
  return changed
}
