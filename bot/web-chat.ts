import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type pg from 'pg'
import type { Clock } from '#base'
import { addressOf, clientOf, createThrottle, isOurPage, isScene, loadPage, newSecret, secretOf } from '#channels'
import { sessionCookie, webRules } from '#channels'
import type { PageName, Sites } from '#channels'
import { contactOf, createPickupCode } from '#store'
import type { Keyring } from '#store'
import type { Desk } from './desk.ts'
import { welcomeWords } from './dialogue/welcome.ts'
import { serveEvents } from './web-chat-events.ts'

export interface WebChatOptions {
  pool: pg.Pool
  keyring: Keyring
  desk: () => Desk
  clock: Clock
  onError: (error: unknown) => void
  /** Whether residents come by https. */
  secure: boolean
  /** Other sites that may show the page. */
  sites: Sites
  /** Whether there is an account in WeChat where the conversation can go on. */
  pickup: boolean
}

/** Opening the page, again and again, from one IP: a whole office may have the same. */
const visits = { burst: 60, perMinute: 120 }
const codesADevice = { burst: 3, perMinute: 0.5 }
const pickupMinutes = 10
const smallBody = { bodyLimit: 4_096 }

/**
 * The page and what it needs besides its door at /channels/web: a secret for the device, and the conversation as it
 * goes on. Nothing here writes to the ledger. IPs are looked at for limits and neither stored nor logged.
 */
export function serveWebChat(app: FastifyInstance, options: WebChatOptions): void {
  const { pool, keyring, desk, clock, secure, sites, pickup } = options
  const throttle = createThrottle(visits)
  const codes = createThrottle(codesADevice)

  for (const [name, { contentType, body, etag, headers }] of loadPage(sites)) {
    app.get(pathOf(name), async (request, reply) => {
      reply.headers({ ...headers, etag })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type(contentType).send(body)
    })
  }

  /** What only our page may ask for, and not too often; the reply is given when this says no. */
  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.header('cache-control', 'no-store')
    if (!isOurPage(request.headers, request.method === 'POST')) return refuse(reply, 403, 'WEB_FOREIGN')
    const wait = throttle.take(clientOf(request.socket.remoteAddress, request.headers['x-forwarded-for']), clock())
    if (wait > 0) {
      reply.header('retry-after', String(Math.ceil(wait / 1000)))
      return refuse(reply, 429, 'WEB_TOO_MANY')
    }
  }

  app.post('/chat/session', { ...smallBody, preHandler: admit }, async (request, reply) => {
    const { keep, scene } = (request.body ?? {}) as { keep?: unknown; scene?: unknown }
    const inPage = keep === 'storage'
    // What a cookie keeps from scripts is never told to one.
    const had = inPage && !request.headers.authorization ? null : secretOf(request.headers, secure)
    const secret = had ?? newSecret()
    if (!inPage) reply.header('set-cookie', sessionCookie(secret, secure))
    const contact = had && (await contactOf(pool, webRules.name, keyring.lookupHash(addressOf(had))))
    const asked = typeof scene === 'string' && isScene(scene) ? scene : null
    return {
      greeting: welcomeWords(desk(), asked, true).text,
      known: contact !== null,
      pickup,
      ...(inPage && had === null ? { secret } : {}),
    }
  })

  app.post('/chat/forget', { ...smallBody, preHandler: admit }, async (_request, reply) =>
    reply.header('set-cookie', sessionCookie(null, secure)).code(204).send(),
  )

  app.post('/chat/pickup', { ...smallBody, preHandler: admit }, async (request, reply) => {
    const secret = secretOf(request.headers, secure)
    if (secret === null) return refuse(reply, 401, 'WEB_SECRET')
    const contact = pickup ? await contactOf(pool, webRules.name, keyring.lookupHash(addressOf(secret))) : null
    if (contact === null) return refuse(reply, 404, 'WEB_NOTHING_SAID')
    if (codes.take(contact, clock()) > 0) return refuse(reply, 429, 'WEB_TOO_MANY')
    const code = await createPickupCode(pool, contact, new Date(clock().getTime() + pickupMinutes * 60_000))
    return code === null ? refuse(reply, 404, 'WEB_NOTHING_SAID') : { code, minutes: pickupMinutes }
  })

  serveEvents(app, { ...options, admit })
}

function refuse(reply: FastifyReply, status: number, code: string): void {
  void reply.code(status).type('text/plain; charset=utf-8').send(code)
}

function pathOf(name: PageName): string {
  return name === 'chat.html' ? '/chat' : `/chat/${name}`
}
