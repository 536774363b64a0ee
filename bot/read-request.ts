import type { IncomingMessage, ServerResponse } from 'node:http'
import { parse } from 'node:querystring'
import type { DoorAnswer } from '#channels'

/** Where a request knocks: `/channels/<name><path>`. */
export interface Address {
  name: string
  /** What follows the name: empty, or with a leading slash; one at the end counts for nothing. */
  path: string
  /** As written, undecoded. */
  search: string
}

const prefix = '/channels/'

export const isForChannels = (url: string | undefined): boolean => url?.startsWith(prefix) ?? false

/** A URL that begins with `/channels/`. */
export function readAddress(url: string): Address {
  const mark = url.indexOf('?')
  const end = mark < 0 ? url.length : mark
  const path = url.slice(prefix.length, url[end - 1] === '/' ? end - 1 : end)
  const slash = path.indexOf('/')
  return {
    name: slash < 0 ? path : path.slice(0, slash),
    path: slash < 0 ? '' : path.slice(slash),
    search: mark < 0 ? '' : url.slice(mark + 1),
  }
}

/** Null when a parameter is repeated: it could be checked as one value and used as the other. */
export function readQuery(search: string): Record<string, string> | null {
  const query = parse(search)
  for (const name in query) if (typeof query[name] !== 'string') return null
  return query as Record<string, string>
}

/**
 * The body as UTF-8, whatever type it says it has; or the status to refuse it with: 413 as soon as it is over
 * `mostBytes`, 400 when it was cut off.
 */
export function readBody(request: IncomingMessage, mostBytes: number): Promise<string | 413 | 400> {
  if (Number(request.headers['content-length']) > mostBytes) return Promise.resolve(413)
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > mostBytes) resolve(413)
      else chunks.push(chunk)
    })
    request.on('end', () => resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)).toString()))
    // Without a listener an error, such as a reset connection, would end the process.
    request.on('error', () => resolve(400))
    request.on('close', () => resolve(400))
  })
}

const lingerMs = 2_000

/** Answers a request, also one of which not all was read: closing on a client that still writes would lose the answer. */
export function respond(request: IncomingMessage, response: ServerResponse, answer: DoorAnswer): void {
  const { headers } = request
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined
  const isRead = !hasBody || request.readableEnded
  if (!isRead) response.shouldKeepAlive = false
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-type': answer.contentType,
    'content-length': Buffer.byteLength(answer.body),
  })
  if (isRead) {
    response.end(answer.body)
    return
  }
  response.write(answer.body)
  const end = () => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(end, lingerMs)
  request.once('close', end)
  request.once('end', end)
  request.resume()
}
