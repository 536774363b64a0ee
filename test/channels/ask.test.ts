import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { ask } from '../../channels/ask.ts'

let server: Server | undefined
const sockets = new Set<Socket>()
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await new Promise((resolve) => (server?.listening ? server.close(resolve) : resolve(null)))
})

/** A platform that hangs on to what it is told to say, byte by byte. */
async function platform(heard: (socket: Socket, request: string) => void): Promise<string> {
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => heard(socket, bytes.toString()))
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const post = (url: string, timeoutMs = 5_000) => ask(undefined, url, { method: 'POST', body: '你好' }, timeoutMs)
const head = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`

test('an answer that comes in pieces is read as one, pieces of characters too', async () => {
  const bytes = Buffer.from(head(6) + '收到')
  const url = await platform((socket) => {
    socket.write(bytes.subarray(0, -2))
    setImmediate(() => socket.write(bytes.subarray(-2)))
  })
  expect(await post(`${url}/a?b=c`)).toEqual({ kind: 'answered', status: 200, text: '收到' })
})

test('what is asked arrives as it was meant, on a connection that is kept', async () => {
  const heard: string[] = []
  const url = await platform((socket, request) => {
    heard.push(request)
    socket.write(`${head(2)}ok`)
  })
  await post(`${url}/a?b=c`)
  await post(`${url}/d`)
  expect(heard[0]).toMatch(/^POST \/a\?b=c HTTP\/1\.1\r\ncontent-length: 6\r\n[^]*\r\n\r\n你好$/i)
  expect(sockets.size).toBe(1)
})

test('a connection that rests is let go of before any platform would close it; a slow answer is waited for', async () => {
  const url = await platform((socket) => setTimeout(() => socket.write(`${head(2)}ok`), 2_500))
  expect(await post(url)).toMatchObject({ kind: 'answered', text: 'ok' })
  const [first] = sockets
  await vi.waitUntil(() => first!.destroyed || first!.readableEnded, 4_000)
  expect(await post(url)).toMatchObject({ kind: 'answered', text: 'ok' })
  expect(sockets.size).toBe(2)
})

test('after bytes went out nobody knows: cut off before or within the answer, out of time, or without end', async () => {
  const ways: ((socket: Socket) => void)[] = [
    (socket) => socket.destroy(),
    (socket) => socket.end(`${head(100)}half`),
    (socket) => socket.write(`${head(100)}half`),
    () => {},
    (socket) => socket.write(head(3_000_000) + 'x'.repeat(2_000_000)),
  ]
  for (const way of ways) {
    const url = await platform(way)
    expect(await post(url, 300)).toMatchObject({ kind: 'lost' })
    for (const socket of sockets) socket.destroy()
    server!.close()
  }
})

test('where nobody listens, or it is no address, nothing went out', async () => {
  const url = await platform(() => {})
  server!.close()
  expect(await post(url)).toMatchObject({ kind: 'unsent', code: 'ECONNREFUSED' })
  expect(await post('no address')).toMatchObject({ kind: 'unsent' })
})
