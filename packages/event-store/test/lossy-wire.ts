import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to the server that can lose what the server answers: the statement is carried out, and nobody hears of it. */
export const lossyWire = async (url: string) => {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let losing = false
  const wire = createServer((client) => {
    const server = connect(Number(target.port || 5432), target.hostname)
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => other.destroy())
    }
    client.on('data', (data) => server.write(data))
    server.on('data', (data) => {
      if (!losing) return client.write(data)
      losing = false
      client.destroy()
    })
  })
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve))
  return {
    url: Object.assign(new URL(url), { host: `127.0.0.1:${(wire.address() as AddressInfo).port}` }).href,
    /** The next answer does not arrive; its connection is cut instead. */
    loseNext: () => {
      losing = true
    },
    close: async () => {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => wire.close(resolve))
    },
  }
}
