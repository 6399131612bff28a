import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a server that can be cut, and closed for a while. */
export const cuttableWay = async (host: string, port: number) => {
  const sockets = new Set<Socket>()
  let blocked = false
  let tried = 0
  const way = createServer({ noDelay: true }, (client) => {
    tried++
    client.on('error', () => {})
    if (blocked) return void client.destroy()
    const server = connect({ port, host, noDelay: true })
    server.on('error', () => {})
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one)
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))
  const cut = () => sockets.forEach((socket) => socket.destroy())

  return {
    port: (way.address() as AddressInfo).port,
    cut,
    block: () => {
      blocked = true
      cut()
    },
    unblock: () => {
      blocked = false
    },
    /** Connections that were tried so far, and that are there now. */
    tried: () => tried,
    open: () => sockets.size,
    close: async () => {
      cut()
      await new Promise((resolve) => way.close(resolve))
    },
  }
}
