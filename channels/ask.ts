import { createRequire } from 'node:module'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type * as Undici from 'undici'
import type { Agent, Dispatcher } from 'undici'
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

/** A stand-in for the network, for tests that answer themselves; without it requests go out by undici. */
export type Fetch = typeof globalThis.fetch | undefined

/** No answer of a platform's API comes near it. */
const mostBytes = 1024 * 1024

/**
 * A server closes what rests for long, 5 s as a rule. What is sent at that very moment is reset, and unknown: we let go of
 * it first, by more than our own event loop is ever late.
 */
const restMs = 2_000

const agentOptions: Agent.Options = {
  // Where several are on their way on a connection, and one fails, undici sends those behind it again.
  pipelining: 1,
  allowH2: false,
  keepAliveTimeout: restMs,
  // Whatever a server says of itself in Keep-Alive.
  keepAliveMaxTimeout: restMs,
  // Every request has a timer of its own. What still connects can't be stopped by it, and is let go of after this.
  connectTimeout: 30_000,
  headersTimeout: 0,
  bodyTimeout: 0,
}

const require = createRequire(import.meta.url)
let opened: Agent | undefined
/**
 * With the first request: undici takes 22 MB and a tenth of a second, and most commands send nothing. Not by `import()`,
 * which remembers for ever what failed to load once, as when no more files could be opened.
 */
function openAgent(): Agent {
  if (opened === undefined) {
    const { Agent } = require('undici') as typeof Undici
    opened = new Agent(agentOptions)
  }
  return opened
}

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
 * Not by `fetch` or node:http, which cost three times as much. Redirects are not followed: they would carry the words, and
 * the token, to a place nobody chose.
 */
async function overHttp(url: string, { method, headers = {}, body }: Question, timeoutMs: number): Promise<Asked> {
  const form = body instanceof FormData ? new Response(body) : null
  const bytes = form ? new Uint8Array(await form.arrayBuffer()) : ((body as string | undefined) ?? null)
  const typed = form ? { 'content-type': form.headers.get('content-type')! } : {}
  const asked = await new Promise<Asked>((resolve) => {
    /** Once the connection is made, its handshake too, and the request is about to be written. */
    let begun: Dispatcher.DispatchController | undefined
    let over = false
    const end = (asked: Asked) => {
      over = true
      clearTimeout(late)
      resolve(asked)
    }
    const fail = (error: unknown) => end({ kind: begun ? 'lost' : 'unsent', ...told(error) })
    const late = setTimeout(() => {
      const error = new NoAnswer('no answer in time')
      fail(error)
      begun?.abort(error)
    }, timeoutMs)
    const chunks: Buffer[] = []
    let size = 0
    let status = 0
    try {
      const { origin, pathname, search } = new URL(url)
      const request = { origin, path: pathname + search, method, headers: { ...headers, ...typed }, body: bytes }
      openAgent().dispatch(request, {
        onRequestStart(controller) {
          // We said that it was not sent.
          if (over) controller.abort(new NoAnswer('connected too late'))
          else begun = controller
        },
        onResponseStart(_, code) {
          status = code
        },
        onResponseData(controller, chunk) {
          size += chunk.length
          if (size > mostBytes) controller.abort(new Error('the answer is too long'))
          else chunks.push(chunk)
        },
        onResponseEnd: () => end(answered(status, Buffer.concat(chunks).toString())),
        onResponseError: (_, error) => fail(error),
      })
    } catch (error) {
      fail(error)
    }
  })
  // undici takes a connection back a turn of the event loop after its answer: who asked again sooner would open another.
  await nextTurn()
  return asked
}

function answered(status: number, text: string): Asked {
  if (status >= 500) return { kind: 'lost', code: `HTTP_${status}`, reason: 'the platform failed' }
  return { kind: 'answered', status, text }
}

class NoAnswer extends Error {
  readonly code = 'TIMEOUT'
}

function told(error: unknown): { code: string; reason: string } {
  // fetch wraps what the socket said: `TypeError: fetch failed`, with the errno in its cause.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (cause instanceof Error && cause.name === 'TimeoutError') return { code: 'TIMEOUT', reason: 'no answer in time' }
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return { code: 'TIMEOUT', reason: 'no answer in time' }
  // undici's word for a socket that closed without an error of its own.
  if (code === 'UND_ERR_SOCKET') return { code: 'ECONNRESET', reason: messageOf(cause) }
  return { code: typeof code === 'string' ? code : 'NETWORK', reason: messageOf(cause) }
}
