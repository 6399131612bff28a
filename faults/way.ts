import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * `slow`: everything arrives late. `lossy`: now and then a request arrives and its answer does not, and the connection is
 * gone. `torn`: now and then half of a request arrives. `shut`: nobody comes through.
 */
export type Trouble = 'none' | 'slow' | 'lossy' | 'torn' | 'shut'

export type Way = {
  port: number
  /** Holds from now on, for connections that are there already too. */
  be(trouble: Trouble): void
  close(): Promise<void>
}

/** A way to a port of this machine that can be in trouble. */
export const openWay = async (to: number): Promise<Way> => {
  const sockets = new Set<Socket>()
  let trouble: Trouble = 'none'
  const often = 0.02

  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => {})
    if (trouble === 'shut') return void client.destroy()
    const target = connect({ port: to, host: '127.0.0.1', noDelay: true })
    const end = () => {
      client.destroy()
      target.destroy()
    }
    const pass = (from: Socket, onto: Socket, spoil: (data: Buffer) => Buffer | undefined) => {
      sockets.add(from)
      let last = Promise.resolve()
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        void last.then(() => onto.destroy())
      })
      from.on('data', (data: Buffer) => {
        const delay = trouble === 'slow' ? 20 + Math.random() * 80 : 0
        const write = () => {
          const left = spoil(data)
          if (left && !onto.destroyed) onto.write(left)
          if (left !== data) end()
        }
        // In order, whatever the delays.
        if (delay === 0) last = last.then(write)
        else last = last.then(() => new Promise<void>((resolve) => setTimeout(resolve, delay))).then(write)
      })
    }
    pass(client, target, (data) =>
      trouble === 'torn' && Math.random() < often ? data.subarray(0, data.length >> 1) : data,
    )
    pass(target, client, (data) => (trouble === 'lossy' && Math.random() < often ? undefined : data))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    be: (next) => {
      trouble = next
      if (next === 'shut') for (const socket of sockets) socket.destroy()
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
