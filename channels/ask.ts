import { request as requestHttp, Agent as HttpAgent } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as requestHttps, Agent as HttpsAgent } from 'node:https'
import { messageOf } from '#base'

/** What became of one HTTP request to a platform, as far as can be known. */
export type Asked =
  | { kind: 'answered'; status: number; text: string }
  /** The connection was never made, so the platform saw nothing of it: it may be tried again. */
  | { kind: 'unsent'; code: string; reason: string }
  /** Bytes went out and no whole answer came back: it may have been done or not. */
  | { kind: 'lost'; code: string; reason: string }

export interface Question {
  method: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string | FormData
}

/** A stand-in for the network, for tests that answer themselves; without it requests go out by node:http. */
export type Fetch = typeof globalThis.fetch | undefined

/** No answer of a platform's API comes near it. */
const mostBytes = 1024 * 1024

/**
 * A server closes what rests for long, 5 s as a rule. What is sent at that very moment is reset, and unknown: we let go of
 * it first, by more than our own event loop is ever late.
 */
const restMs = 2_000
const plain = new HttpAgent({ keepAlive: true, timeout: restMs })
const encrypted = new HttpsAgent({ keepAlive: true, timeout: restMs })

/** One request to a platform, `timeoutMs` for all of it. Never throws. `url` may hold a token: it goes into no reason. */
export async function ask(fetch: Fetch, url: string, question: Question, timeoutMs: number): Promise<Asked> {
  if (fetch === undefined) return overHttp(url, question, timeoutMs)
  try {
    const response = await fetch(url, { ...question, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    return answered(response.status, await response.text())
  } catch (error) {
    return { kind: 'lost', ...told(error) }
  }
}

/**
 * Not by `fetch`, which costs three times as much and can't tell whether a request had begun. Redirects are not followed:
 * they would carry the words, and the token, to a place nobody chose.
 */
async function overHttp(url: string, { method, headers = {}, body }: Question, timeoutMs: number): Promise<Asked> {
  const form = body instanceof FormData ? new Response(body) : null
  const bytes = form ? new Uint8Array(await form.arrayBuffer()) : (body as string | undefined)
  const typed = form ? { 'content-type': form.headers.get('content-type')! } : {}
  const sized = bytes === undefined ? {} : { 'content-length': Buffer.byteLength(bytes) }
  const secure = url.startsWith('https:')
  return new Promise((resolve) => {
    let request: ClientRequest
    try {
      const options = { method, agent: secure ? encrypted : plain, headers: { ...headers, ...typed, ...sized } }
      request = secure ? requestHttps(url, options) : requestHttp(url, options)
    } catch (error) {
      resolve({ kind: 'unsent', ...told(error) })
      return
    }
    let reached = false
    request.on('socket', (socket) => {
      // Until the handshake is done not a byte of the request goes out.
      if (request.reusedSocket) reached = true
      else socket.once(secure ? 'secureConnect' : 'connect', () => (reached = true))
    })
    const late = setTimeout(() => request.destroy(new NoAnswer('no answer in time')), timeoutMs)
    const end = (asked: Asked) => {
      clearTimeout(late)
      resolve(asked)
    }
    const fail = (error: unknown) => end({ kind: reached ? 'lost' : 'unsent', ...told(error) })
    request.on('error', fail)
    request.on('response', (response) => read(response, (text) => end(answered(response.statusCode ?? 0, text)), fail))
    request.end(bytes)
  })
}

function answered(status: number, text: string): Asked {
  if (status >= 500) return { kind: 'lost', code: `HTTP_${status}`, reason: 'the platform failed' }
  return { kind: 'answered', status, text }
}

class NoAnswer extends Error {
  readonly code = 'TIMEOUT'
}

/** By its events: an async iterator costs more than all the rest of reading. */
function read(response: IncomingMessage, done: (text: string) => void, fail: (error: unknown) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > mostBytes) response.destroy(new Error('the answer is too long'))
    else chunks.push(chunk)
  })
  response.on('error', fail)
  response.on('end', () => done(Buffer.concat(chunks).toString()))
}

function told(error: unknown): { code: string; reason: string } {
  // fetch wraps what the socket said: `TypeError: fetch failed`, with the errno in its cause.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (cause instanceof Error && cause.name === 'TimeoutError') return { code: 'TIMEOUT', reason: 'no answer in time' }
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return { code: typeof code === 'string' ? code : 'NETWORK', reason: messageOf(cause) }
}
