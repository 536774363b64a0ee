import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isForChannels, readAddress, readBody, readQuery, respond } from '../../bot/read-request.ts'

const most = 1_000
const server = createServer((request, response) => {
  void readBody(request, most).then((body) =>
    respond(request, response, {
      status: typeof body === 'number' ? body : 200,
      contentType: 'text/plain; charset=utf-8',
      body: String(body),
    }),
  )
})
let port = 0
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Says exactly these bytes, in so many pieces, and gives all that comes back until the other end closes or is idle. */
async function wire(pieces: (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  socket.on('error', () => {})
  let heard = ''
  socket.on('data', (words: string) => (heard += words))
  await once(socket, 'connect')
  for (const piece of pieces) await new Promise<void>((sent) => socket.write(piece, () => sent()))
  const closed = once(socket, 'close')
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 3_000))])
  socket.destroy()
  return heard
}
const post = (headers: string) => `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`

test.each([
  ['/channels/official-account', 'official-account', '', ''],
  ['/channels/official-account/', 'official-account', '', ''],
  ['/channels/official-account/?a=1', 'official-account', '', 'a=1'],
  ['/channels/web/messages/?a=%2F&b', 'web', '/messages', 'a=%2F&b'],
  ['/channels/', '', '', ''],
  ['/channels//x', '', '/x', ''],
  ['/channels/a/../b', 'a', '/../b', ''],
])('%s', (url, name, path, search) => {
  expect(isForChannels(url)).toBe(true)
  expect(readAddress(url)).toEqual({ name, path, search })
})

test('nothing else is for the channels', () => {
  for (const url of ['/channels', '/healthz', 'http://evil/channels/x', '*', '', undefined]) {
    expect(isForChannels(url)).toBe(false)
  }
})

test('a query is what URLSearchParams makes of it, unless a parameter is repeated', () => {
  const pairs = fc.uniqueArray(
    fc.tuple(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 20 })),
    {
      selector: ([name]) => name,
      maxLength: 6,
    },
  )
  fc.assert(
    fc.property(pairs, (entries) => {
      const wellFormed = entries.map(([name, value]): [string, string] => [name, value.toWellFormed()])
      const search = new URLSearchParams(wellFormed).toString()
      expect({ ...readQuery(search) }).toEqual(Object.fromEntries(wellFormed))
    }),
  )
  expect(readQuery('nonce=1&nonce=2')).toBeNull()
  expect({ ...readQuery('nonce=%E0%A4%A') }).toHaveProperty('nonce')
  expect(readQuery('__proto__=1')).not.toHaveProperty('polluted')
})

test('a body comes through byte for byte as UTF-8, wherever it is cut', async () => {
  const words = '第1行\r\n“引号” 😀 𠮷\t00123'
  const body = Buffer.from(words)
  for (const at of [0, 1, 4, 5, body.length - 1]) {
    const heard = await wire([post(`Content-Length: ${body.length}\r\n`), body.subarray(0, at), body.subarray(at)])
    expect(heard.split('\r\n\r\n')[0]).toMatch(/^HTTP\/1\.1 200/)
    expect(heard.slice(heard.indexOf('\r\n\r\n') + 4)).toBe(words)
  }
})

test('a body that says it is too long is refused before it is sent', async () => {
  const heard = await wire([post(`Content-Length: ${most + 1}\r\n`)])
  expect(heard).toMatch(/^HTTP\/1\.1 413/)
})

test('a body that turns out too long is refused, and the answer arrives though the client still writes', async () => {
  const chunk = `3e8\r\n${'a'.repeat(1_000)}\r\n`
  const heard = await wire([post('Transfer-Encoding: chunked\r\n'), chunk, chunk, chunk])
  expect(heard).toMatch(/^HTTP\/1\.1 413/)
  expect(heard).toMatch(/connection: close/i)
})

test('exactly the most is taken', async () => {
  const heard = await wire([post(`Content-Length: ${most}\r\n`), 'a'.repeat(most)])
  expect(heard).toMatch(/^HTTP\/1\.1 200/)
})
