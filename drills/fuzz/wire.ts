import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Random } from '../random.ts'

export interface Answer {
  /** 0 when the connection ended without one, or nothing came in time. */
  status: number
  body: string
}

const path = '/channels/official-account'
const patienceMs = 10_000
/** For requests that can't have an answer: we said less than we promised. */
const shortPatienceMs = 150

/** A kept connection to the bot, that says exactly what it is told to say. */
export class Wire {
  readonly #port: number
  #socket: Socket | null = null
  #received = ''
  #arrived: (() => void) | null = null

  constructor(port: number) {
    this.#port = port
  }

  /** Sends bytes and waits for one answer. `last`: the connection is of no further use. */
  async send(bytes: Buffer, { last = false, patience = patienceMs } = {}): Promise<Answer> {
    const socket = await this.#connected()
    this.#received = ''
    socket.write(bytes)
    const deadline = performance.now() + patience
    let told: Answer
    for (;;) {
      const answer = wholeAnswer(this.#received)
      if (answer) {
        told = { status: answer.status, body: answer.body }
        // What came without being asked for belongs to a request that the bot saw in the rest of ours.
        last ||= answer.closes || answer.rest !== ''
        break
      }
      const left = deadline - performance.now()
      if (left <= 0 || socket.destroyed) {
        last = true
        told = { status: Number(/^HTTP\/1\.1 (\d+)/.exec(this.#received)?.[1] ?? 0), body: '' }
        break
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#arrived = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    if (last) this.close()
    return told
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = null
  }

  async #connected(): Promise<Socket> {
    if (this.#socket && !this.#socket.destroyed && this.#socket.writable) return this.#socket
    const socket = connect(this.#port, '127.0.0.1')
    socket.setNoDelay(true)
    const wake = (): void => this.#arrived?.()
    socket.on('error', wake).on('close', wake)
    socket.on('data', (data: Buffer) => {
      if (socket === this.#socket) this.#received += data.toString('latin1')
      wake()
    })
    await once(socket, 'connect')
    this.#socket = socket
    return socket
  }
}

function wholeAnswer(text: string): (Answer & { closes: boolean; rest: string }) | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = text.slice(0, end).toLowerCase()
  const length = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0)
  if (text.length < end + 4 + length) return null
  const status = Number(/^http\/1\.1 (\d+)/.exec(head)?.[1])
  const body = text.slice(end + 4, end + 4 + length)
  return { status, body, closes: /\r\nconnection: *close/.test(head), rest: text.slice(end + 4 + length) }
}

export interface Dressed {
  bytes: Buffer
  /** In a word; `right` can be read as it was meant. */
  how: 'right' | 'odd' | 'broken'
  options: { last?: boolean; patience?: number }
}

/** The request as a right HTTP client would make it, in one of the many right ways. */
export function rightly(random: Random, raw: string, body: Buffer): Dressed {
  const query = raw.replace(/[^\x21-\x7e]/gu, encodeURIComponent)
  const type = random.pick([
    'text/xml',
    'application/xml; charset=utf-8',
    'application/json',
    'text/plain; charset=gbk',
    'x',
    'multipart/form-data; boundary=a',
    'application/x-www-form-urlencoded',
  ])
  const head = `POST ${path}?${query} HTTP/1.1\r\nHost: ${random.pick(['127.0.0.1', 'example.org', '[::1]:80'])}\r\n${random.chance(0.9) ? `Content-Type: ${type}\r\n` : ''}`
  const extra = random.chance(0.1) ? `X-Odd: ${'a'.repeat(random.whole(1, 8_000))}\r\nCookie: a=b; __proto__=1\r\n` : ''
  if (random.chance(0.15))
    return {
      bytes: Buffer.concat([Buffer.from(`${head}${extra}Transfer-Encoding: chunked\r\n\r\n`), chunked(random, body)]),
      how: 'right',
      options: {},
    }
  return {
    bytes: Buffer.concat([Buffer.from(`${head}${extra}Content-Length: ${body.length}\r\n\r\n`), body]),
    how: 'right',
    options: {},
  }
}

/** The request with something wrong about its HTTP: the bot may refuse it, or hang up. */
export function wrongly(random: Random, query: string, body: Buffer): Dressed {
  const start = `POST ${path}?${query} HTTP/1.1\r\nHost: a\r\n`
  const length = `Content-Length: ${body.length}\r\n`
  const broken = (bytes: (string | Buffer)[], options: Dressed['options'] = {}): Dressed => ({
    bytes: Buffer.concat(bytes.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))),
    how: 'broken',
    options: { last: true, patience: 1_000, ...options },
  })
  switch (random.whole(0, 13)) {
    case 0:
      return broken([start, `Content-Length: ${body.length + random.whole(1, 5_000)}\r\n\r\n`, body], {
        patience: shortPatienceMs,
      })
    case 1:
      return broken([start, `Content-Length: ${random.whole(0, body.length)}\r\n\r\n`, body])
    case 2:
      return broken([
        start,
        `Content-Length: ${random.pick(['-1', 'abc', '1e3', '99999999999999999999', ''])}\r\n\r\n`,
        body,
      ])
    case 3:
      return broken([start, length, `Content-Length: ${body.length + 1}\r\n\r\n`, body])
    case 4:
      return broken(
        [
          start,
          'Transfer-Encoding: chunked\r\n\r\n',
          random.pick(['zz\r\n', '-5\r\n', 'ffffffffffffffffff\r\n', '5\r\nab\r\n']),
          body,
        ],
        { patience: shortPatienceMs },
      )
    case 5:
      return broken([start, 'Transfer-Encoding: gzip, chunked\r\n', length, '\r\n', body], {
        patience: shortPatienceMs,
      })
    case 6:
      return broken([start, `X-Huge: ${'a'.repeat(random.whole(20_000, 200_000))}\r\n`, length, '\r\n', body])
    case 7:
      return broken([start, 'Bad Header\u0000: x\r\n', length, '\r\n', body])
    case 8:
      return broken([
        `${random.pick(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD', 'BREW'])} ${path}?${query} HTTP/1.1\r\nHost: a\r\n`,
        length,
        '\r\n',
        body,
      ])
    case 9:
      return broken([
        `POST ${random.pick(['/', `${path}/x`, '/%', '//', '/channels/%2e%2e/official-account', 'http://evil/', '*'])}?${query} HTTP/1.1\r\nHost: a\r\n`,
        length,
        '\r\n',
        body,
      ])
    case 10:
      return broken([random.bytes(random.whole(1, 2_000))], { patience: shortPatienceMs })
    case 11:
      return broken([start, 'Content-Encoding: gzip\r\n', length, '\r\n', body])
    case 12:
      return broken([start, 'Expect: nothing\r\n', length, '\r\n', body])
    default:
      return broken([
        start,
        `Content-Length: ${1024 * 1024 + 2}\r\n\r\n`,
        body,
        Buffer.alloc(1024 * 1024 + 2 - Math.min(body.length, 1024 * 1024), 97),
      ])
  }
}

/** A question for the address's check, with a signature that is nobody's. */
export function wrongEcho(random: Random): Buffer {
  const query = random.pick([
    '',
    'echostr=1',
    'echostr=1&signature=1&timestamp=1&nonce=1',
    'echostr=<script>&signature=&timestamp=&nonce=',
    'echostr=1&echostr=2',
  ])
  return Buffer.from(`GET ${path}?${query} HTTP/1.1\r\nHost: a\r\n\r\n`)
}

function chunked(random: Random, body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const size = Math.min(body.length - at, random.whole(1, 3_000))
    parts.push(Buffer.from(`${size.toString(16)}\r\n`), body.subarray(at, at + size), Buffer.from('\r\n'))
    at += size
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}
