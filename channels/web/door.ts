import { MashangError } from '#base'
import { clientOf } from './client-of.ts'
import { dedupeKeyOf, readBody } from './read-body.ts'
import { addressOf, isOurPage, secretOf } from './session.ts'
import { createThrottle } from './throttle.ts'
import type { Door, DoorAnswer } from '../channel.ts'

/** A person types no faster. */
const perDevice = { burst: 12, perMinute: 20 }
/** An office or a village behind one IP; a secret costs nothing to make, so this is what holds a flood. */
const perClient = { burst: 120, perMinute: 240 }

/**
 * The page's own door. Who brings a secret is whoever has it; the header and the type are what no form of another site
 * can send. Over the limit nothing is read and the page keeps the words: 429 with Retry-After in seconds.
 * Throws WEB_PATH (404), WEB_METHOD (405), WEB_FOREIGN (403), WEB_SECRET (401), WEB_BODY (400), WEB_TOO_LONG (413).
 */
export function createDoor(secure: boolean): Door {
  const devices = createThrottle(perDevice)
  const clients = createThrottle(perClient)

  return {
    patienceMs: null,
    open({ method, path, headers, body, peer }, now) {
      if (path !== '') throw refusal('WEB_PATH', 404)
      if (method !== 'POST') throw refusal('WEB_METHOD', 405)
      if (!isOurPage(headers, true)) throw refusal('WEB_FOREIGN', 403)
      const wait = clients.take(clientOf(peer, headers['x-forwarded-for']), now)
      if (wait > 0) return { do: 'answer', answer: later(wait) }
      const secret = secretOf(headers, secure)
      if (secret === null) throw refusal('WEB_SECRET', 401)
      const address = addressOf(secret)
      const message = readBody(body, now)
      const ownWait = devices.take(address, now)
      if (ownWait > 0) return { do: 'answer', answer: later(ownWait) }
      const { id, content, saidAt } = message
      return {
        do: 'hear',
        inbound: {
          channel: 'web',
          account: 'web',
          address,
          dedupeKey: dedupeKeyOf(id, address),
          // The cookie's own protection and TLS stand for it: nothing here is signed.
          nonce: null,
          saidAt,
          content,
        },
        reply: (text) => json(200, { id, answer: text, at: now.getTime() }),
      }
    },
  }
}

/** JSON for the page alone. */
function json(status: number, value: object, headers: Record<string, string> = {}): DoorAnswer {
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify(value),
    headers: { 'cache-control': 'no-store', ...headers },
  }
}

function later(ms: number): DoorAnswer {
  const seconds = Math.ceil(ms / 1000)
  return json(429, { code: 'WEB_TOO_MANY', seconds }, { 'retry-after': String(seconds) })
}

function refusal(code: string, status: number): MashangError {
  return new MashangError('This request is not from our page', { code, status })
}
