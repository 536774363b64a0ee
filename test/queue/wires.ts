import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect } from 'vitest'
import { eventually } from './arena.ts'
import type { AddressInfo } from 'node:net'
import type pg from 'pg'

/** The way to a server, on which the first connection to say LISTEN carries nothing any more, as after a cable was pulled. */
export async function deafeningServer({ host, port }: pg.PoolConfig) {
  let deaf = 0
  const server = createServer((near) => {
    const far = connect(`${host}/.s.PGSQL.${port}`)
    for (const socket of [near, far]) socket.on('error', () => {})
    near.on('close', () => far.destroy())
    far.pipe(near)
    near.on('data', (chunk: Buffer) => {
      if (deaf > 0 || !chunk.includes('LISTEN')) return far.write(chunk)
      deaf += 1
      return near.removeAllListeners('data')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, deaf: () => deaf, close: () => server.close() }
}

/** The way to a Redis that breaks off with the first worker to say its name. BullMQ gives one to the connection it waits on. */
export async function breakingServer(url: string) {
  let broken = 0
  const server = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1')
    for (const socket of [near, far]) socket.on('error', () => {})
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    far.pipe(near)
    near.on('data', (chunk: Buffer) => {
      if (broken > 0 || !/setname/i.test(chunk.toString())) return far.write(chunk)
      broken += 1
      return near.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `redis://127.0.0.1:${port}`, broken: () => broken, close: () => server.close() }
}

/** The way to a server that answers whoever takes their leave as one that is being stopped: FATAL 57P01. */
export async function stoppingServer({ host, port }: pg.PoolConfig) {
  const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection due to administrator command', '']
  const body = Buffer.from(`${fields.join('\0')}\0`)
  const goodbye = Buffer.concat([Buffer.from('E'), Buffer.alloc(4), body])
  goodbye.writeInt32BE(body.length + 4, 1)
  const stopped: Promise<unknown>[] = []
  const server = createServer((near) => {
    const far = connect(`${host}/.s.PGSQL.${port}`)
    near.on('error', () => {})
    far.pipe(near)
    near.on('data', (chunk: Buffer) => {
      if (chunk[0] !== 'X'.charCodeAt(0)) return far.write(chunk)
      far.unpipe(near).destroy()
      stopped.push(once(near, 'close'))
      return near.end(goodbye)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    stopped: () => eventually(() => expect(stopped.length).toBeGreaterThan(0)).then(() => Promise.all(stopped)),
    close: () => server.close(),
  }
}

/** The way to whichever server it leads to now, as a name whose address changes; connections made before stay where they are. */
export async function movingServer(url: string) {
  let to = url
  const server = createServer((near) => {
    const far = connect(Number(new URL(to).port), '127.0.0.1')
    for (const socket of [near, far]) socket.on('error', () => {})
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    far.pipe(near).pipe(far)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `redis://127.0.0.1:${port}`, lead: (url: string) => void (to = url), close: () => server.close() }
}
