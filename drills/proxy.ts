import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, NetConnectOpts, Socket } from 'node:net'

/** A wire that can be made to carry nothing while both ends believe they are connected. */
export interface Proxy {
  port: number
  /** Every connection there is now stays open and silent for good, as after a cable was pulled; new ones work. */
  hang(): number
  close(): Promise<void>
}

export async function startProxy(target: () => NetConnectOpts): Promise<Proxy> {
  const pairs = new Set<[Socket, Socket]>()
  const server = createServer((near) => {
    const far = connect(target())
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    const cut = (): void => {
      if (!pairs.delete(pair)) return
      near.destroy()
      far.destroy()
    }
    for (const socket of pair) socket.setNoDelay(true).on('error', cut).on('close', cut)
    near.pipe(far)
    far.pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const hung = new Set<Socket>()
  return {
    port: (server.address() as AddressInfo).port,
    hang() {
      const cut = [...pairs]
      for (const pair of cut) {
        pairs.delete(pair)
        for (const socket of pair) {
          socket.unpipe()
          socket.removeAllListeners('close')
          socket.pause()
          hung.add(socket)
        }
      }
      return cut.length
    },
    async close() {
      for (const socket of [...hung, ...[...pairs].flat()]) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
