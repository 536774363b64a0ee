import { randomUUID } from 'node:crypto'
import type { Clock } from '#base'
import { ask } from '../ask.ts'
import type { Fetch, Question } from '../ask.ts'
import type { Media } from '../channel.ts'
import type { Content, Outbound, SendOutcome } from '../message.ts'
import { signedHeaders } from './signature.ts'
import type { Purpose } from './signature.ts'
import { outcomeSchema } from './wire.ts'
import type { Say } from './wire.ts'

export interface ClientOptions {
  secret: string
  /** Where the gateway process listens, such as `http://127.0.0.1:3010`. */
  gatewayUrl: string
  clock: Clock
  fetch?: Fetch
  /** For the whole call; 18 s unless given. The gateway's own pace takes up to 10 of them. */
  timeoutMs?: number
}

export interface Client {
  send(address: string, message: Outbound, key: string): Promise<SendOutcome>
  fetchMedia(content: Content): Promise<Media>
}

/** A gateway that is off: somebody must start it, or scan its code. */
const gatewayAwayMs = 60_000

/** Asks the gateway to say something, and for the pictures it keeps. Never throws; no reason names an address. */
export function createClient({ secret, gatewayUrl, clock, fetch, timeoutMs = 18_000 }: ClientOptions): Client {
  const requestOf = (purpose: Purpose, request: object): [url: string, question: Question] => {
    const body = JSON.stringify(request)
    const headers = signedHeaders(secret, purpose, body, clock(), randomUUID())
    return [`${gatewayUrl}/${purpose}`, { method: 'POST', headers, body }]
  }

  return {
    async send(address, message, key) {
      const request: Say = { key, to: address, message: sayable(message) }
      const asked = await ask(fetch, ...requestOf('say', request), timeoutMs)
      if (asked.kind === 'unsent') {
        return { status: 'retry', code: asked.code, reason: 'the wechaty gateway is not there', afterMs: gatewayAwayMs }
      }
      if (asked.kind === 'lost') return { status: 'unknown', code: asked.code, reason: 'no answer from the gateway' }
      const { status, text } = asked
      // 4xx: refused at its door, before anything was said.
      if (status >= 400) {
        const code = /^[A-Z_]{1,40}$/.test(text) ? text : `HTTP_${status}`
        return { status: 'refused', code, reason: 'the gateway refused the request', alarm: true }
      }
      const outcome = outcomeSchema.safeParse(parsed(text))
      if (outcome.success) return outcome.data
      return { status: 'unknown', code: 'UNREADABLE', reason: 'the gateway did not say what became of it' }
    },

    async fetchMedia(content) {
      const mediaId = 'mediaId' in content ? content.mediaId : null
      if (mediaId === null) return { status: 'refused', code: 'NO_MEDIA', reason: 'this message carries none' }
      try {
        const [url, init] = requestOf('media', { mediaId })
        const response = await (fetch ?? globalThis.fetch)(url, {
          ...init,
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        })
        if (response.status === 404) return { status: 'refused', code: 'GONE', reason: 'the gateway has it no more' }
        if (!response.ok) {
          return {
            status: 'retry',
            code: `HTTP_${response.status}`,
            reason: 'the gateway failed',
            afterMs: gatewayAwayMs,
          }
        }
        const contentType = response.headers.get('content-type') ?? 'application/octet-stream'
        return { status: 'fetched', contentType, bytes: new Uint8Array(await response.arrayBuffer()) }
      } catch {
        return { status: 'retry', code: 'NETWORK', reason: 'the gateway is not there', afterMs: gatewayAwayMs }
      }
    },
  }
}

function sayable(message: Outbound): Say['message'] {
  if (message.type !== 'picture') return { type: 'text', text: message.text }
  return { type: 'picture', contentType: message.contentType, base64: Buffer.from(message.bytes).toString('base64') }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
