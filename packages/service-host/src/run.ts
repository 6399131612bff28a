import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServiceName } from '@wushe/contracts'
import type { EventLog } from '@wushe/event-store'
import { openVault } from '@wushe/vault'
import { Pool } from 'pg'
import { http, type HttpOptions } from './http.ts'
import { health } from './health.ts'
import { openService, openStores, type OpenService } from './open.ts'
import type { Service } from './service.ts'

export type RunOptions = Pick<HttpOptions, 'now' | 'maxBodyBytes' | 'validateAnswers' | 'log'> & {
  port: number
  databaseUrl: (service: ServiceName) => string
  vaultUrl: string
  /** 32 bytes that wrap the vault's keys. */
  master: Buffer
  /** Services that are not hosted here are not followed: for tests of one service. */
  alone?: boolean
  /** 32 bytes that sign cursors. */
  cursorSecret: Buffer
}

export type Host = {
  url: string
  services: readonly OpenService[]
  /** Refuses new connections, finishes what was accepted, closes what it opened. */
  stop: () => Promise<void>
}

/** Hosts one service, or all of them in one process. */
export async function run(services: readonly Service[], options: RunOptions): Promise<Host> {
  const vaultPool = new Pool({ connectionString: options.vaultUrl, max: 3, application_name: 'wushe vault' })
  vaultPool.on('error', () => {})
  const vault = await openVault({ pool: vaultPool, master: options.master })

  const stores = await Promise.all(services.map((service) => openStores(service, { databaseUrl: options.databaseUrl(service.name) })))
  const feedOf = (name: ServiceName): EventLog | undefined => {
    const log = stores[services.findIndex((service) => service.name === name)]?.log
    if (!log && !options.alone) throw new Error(`${name} is not hosted here, and there is no other way yet to follow it.`)
    return log
  }
  const open = await Promise.all(
    services.map((service, index) =>
      openService(service, stores[index]!, {
        databaseUrl: options.databaseUrl(service.name), vault, cursorSecret: options.cursorSecret, feedOf,
        ...(options.log && { log: options.log }),
      }),
    ),
  )
  const app = http({ services: open, ...options })
  const server = createServer(health(open, app))
  await listen(server, options.port)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    services: open,
    stop: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      })
      await Promise.all(open.map((service) => service.close()))
      vault.close()
      await vaultPool.end()
    },
  }
}

const listen = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
