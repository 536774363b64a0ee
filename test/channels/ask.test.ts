import { execFile } from 'node:child_process'
import dns from 'node:dns'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { ask } from '../../channels/ask.ts'
import type { Asked } from '../../channels/ask.ts'

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
const head = (length: number, more = '') => `HTTP/1.1 200 OK\r\n${more}Content-Length: ${length}\r\n\r\n`

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
  expect(heard[0]).toMatch(/^POST \/a\?b=c HTTP\/1\.1\r\n[^]*content-length: 6\r\n\r\n你好$/i)
  expect(sockets.size).toBe(1)
})

test('a connection that rests keeps no process from ending', async () => {
  const url = await platform((socket) => socket.write(`${head(2)}ok`))
  const holding = () => process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length
  const before = holding()
  await post(url)
  server!.unref()
  for (const socket of sockets) socket.unref()
  expect(holding()).toBeLessThanOrEqual(before)
  expect([...sockets][0]!.destroyed).toBe(false)
})

test('a server that would keep connections for long does not make us hold them', async () => {
  const url = await platform((socket) => socket.write(`${head(2, 'Keep-Alive: timeout=600\r\n')}ok`))
  expect(await post(url)).toMatchObject({ kind: 'answered', text: 'ok' })
  const [first] = sockets
  await vi.waitUntil(() => first!.destroyed || first!.readableEnded, 4_000)
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

test('a kept connection that is reset under way: nobody knows, and it is not sent again', async () => {
  const heard: string[] = []
  const url = await platform((socket, request) => {
    heard.push(request.split(' ')[1]!)
    if (request.startsWith('POST /b')) socket.resetAndDestroy()
    else socket.write(`${head(2)}ok`)
  })
  await post(`${url}/a`)
  expect(await post(`${url}/b`)).toMatchObject({ kind: 'lost', code: 'ECONNRESET' })
  expect(await post(`${url}/c`)).toMatchObject({ kind: 'answered' })
  expect(heard).toEqual(['/a', '/b', '/c'])
  expect(sockets.size).toBe(2)
})

test.each([
  ['closed', (socket: Socket) => socket.destroy(), 'answered', ['/a', '/b', '/c']],
  ['reset', (socket: Socket) => socket.resetAndDestroy(), 'unsent', ['/a', '/c']],
] as const)('what is asked on a kept connection that was just %s is not lost', async (_, way, kind, arrived) => {
  const heard: string[] = []
  const url = await platform((socket, request) => {
    heard.push(request.split(' ')[1]!)
    socket.write(`${head(2)}ok`)
  })
  await post(`${url}/a`)
  for (const socket of sockets) way(socket)
  expect(await post(`${url}/b`)).toMatchObject({ kind })
  expect(await post(`${url}/c`)).toMatchObject({ kind: 'answered' })
  expect(heard).toEqual(arrived)
})

test('what could not connect in time was not sent, and is not sent when it connects after all', async () => {
  const heard: string[] = []
  const url = await platform((_, request) => heard.push(request))
  const names = vi.spyOn(dns, 'lookup').mockImplementation(() => {})
  const slow = url.replace('127.0.0.1', 'slow.invalid')
  const answer = await post(slow, 50)
  const found = names.mock.lastCall!.at(-1) as unknown as (error: null, addresses: dns.LookupAddress[]) => void
  names.mockRestore()
  expect(answer).toEqual({ kind: 'unsent', code: 'TIMEOUT', reason: 'no answer in time' })
  found(null, [{ address: '127.0.0.1', family: 4 }])
  await vi.waitUntil(() => sockets.size === 1 && [...sockets][0]!.destroyed, 4_000)
  expect(heard).toEqual([])
})

test('where nobody listens, or it is no address, nothing went out', async () => {
  const url = await platform(() => {})
  server!.close()
  expect(await post(url)).toMatchObject({ kind: 'unsent', code: 'ECONNREFUSED' })
  expect(await post('no address')).toMatchObject({ kind: 'unsent' })
})

test('where undici can’t be loaded nothing went out, and it is loaded with a later request', async () => {
  const url = await platform((socket) => socket.write(`${head(2)}ok`))
  // With more and more files that may be open it gets ever further: to undici, to all that needs, to a connection.
  const script = `
    const { closeSync, openSync } = await import('node:fs')
    const { ask } = await import(${JSON.stringify(new URL('../../channels/ask.ts', import.meta.url).href)})
    const taken = []
    try { for (;;) taken.push(openSync('/dev/null')) } catch {}
    for (let free = 0; free < 6; free++) {
      console.log(JSON.stringify(await ask(undefined, '${url}', { method: 'GET' }, 5_000)))
      closeSync(taken.pop())
    }`
  const run = ['ulimit -n 200; exec "$0" --input-type=module -e "$1"', process.execPath, script]
  const { stdout } = await promisify(execFile)('sh', ['-c', ...run])
  const said = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Asked)
  expect(said[0]).toMatchObject({ kind: 'unsent' })
  expect(said.at(-1)).toEqual({ kind: 'answered', status: 200, text: 'ok' })
  expect(said.filter(({ kind }) => kind === 'lost')).toEqual([])
})
