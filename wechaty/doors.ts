import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { isMashangError } from '#base'
import type { Clock } from '#base'
import { checkSigned, freshForSeconds, mediaRequestSchema, saySchema } from '#channels'
import type { MediaStore } from './media.ts'
import type { Speaker } from './speaker.ts'

export interface DoorsOptions {
  secret: string
  host: string
  port: number
  clock: Clock
  speaker: Speaker
  media: MediaStore
}

export interface Doors {
  port: number
  /** Takes nothing more in; resolves when what is under way is answered. */
  close(): Promise<void>
}

/** A picture of 10 MB in base64, and its envelope. */
const mostBytes = 15 * 1024 * 1024

interface Answer {
  status: number
  contentType: string
  body: string | Buffer
}

const text = (status: number, body: string): Answer => ({ status, contentType: 'text/plain; charset=utf-8', body })

/** Where the house asks us to say something (`/say`), and for pictures (`/media`). Only what is signed is heard. */
export async function openDoors({ secret, host, port, clock, speaker, media }: DoorsOptions): Promise<Doors> {
  /** Signatures already used, each until it is stale anyway. */
  const used = new Map<string, number>()

  async function answer(request: IncomingMessage): Promise<Answer> {
    const purpose = request.url === '/say' ? 'say' : request.url === '/media' ? 'media' : null
    if (request.method !== 'POST' || purpose === null) return text(404, 'NOT_FOUND')
    const body = await bodyOf(request)
    if (body === null) return text(413, 'TOO_LARGE')
    const now = clock()
    const nonce = checkSigned(secret, purpose, request.headers, body, now)
    for (const [old, until] of used) {
      if (until >= now.getTime()) break
      used.delete(old)
    }
    if (used.has(nonce)) return text(403, 'REPLAYED')
    used.set(nonce, now.getTime() + 2 * freshForSeconds * 1000)

    if (purpose === 'media') {
      const asked = mediaRequestSchema.safeParse(parsed(body))
      const found = asked.success ? await media.find(asked.data.mediaId) : null
      if (!found) return text(404, 'GONE')
      return { status: 200, contentType: found.contentType, body: found.bytes }
    }
    const asked = saySchema.safeParse(parsed(body))
    if (!asked.success) return text(400, 'BODY')
    const { key, to, message } = asked.data
    const outcome = await speaker.say(key, { kind: 'contact', id: to, answering: false }, message)
    return { status: 200, contentType: 'application/json; charset=utf-8', body: JSON.stringify(outcome) }
  }

  const server = createServer((request, response) => {
    answer(request)
      .catch((error: unknown) => (isMashangError(error) ? text(error.status, error.code) : text(500, 'FAILED')))
      .then((given) => respond(request, response, given))
      .catch(() => response.destroy())
  })
  await listen(server, host, port)
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}

/** Null: too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function respond(request: IncomingMessage, response: ServerResponse, { status, contentType, body }: Answer): void {
  // What was not read to its end can't be followed by another request.
  if (!request.complete) response.shouldKeepAlive = false
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }).end(body)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
