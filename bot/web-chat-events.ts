import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type pg from 'pg'
import type { Clock } from '#base'
import { addressOf, clientOf, idOf, secretOf, webRules } from '#channels'
import { readConversations } from '#store'
import type { Keyring, Position, Spoken } from '#store'
import { createReaders } from './web-chat-readers.ts'

export interface EventsOptions {
  pool: pg.Pool
  keyring: Keyring
  clock: Clock
  secure: boolean
  onError: (error: unknown) => void
  admit: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
}

const lookEveryMs = 1_000
/** Nothing on the way may take silence for an end: proxies wait a minute, most of them. */
const breathEveryMs = 20_000
/** Of what was said and of what was told, each. */
const mostShown = 200
const mostPerDevice = 3
const mostPerClient = 100
const mostInAll = 2_000
/** Who takes in no more than this is gone, or asleep: they come again and go on from where they were. */
const mostUnreadBytes = 1024 * 1024

/**
 * GET /chat/events: the conversation so far, then what is said and told, as server-sent events whose data is a list.
 * `Last-Event-ID` goes on from there. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function serveEvents(app: FastifyInstance, options: EventsOptions): void {
  const { pool, keyring, clock, secure, onError, admit } = options
  const open = new Set<ServerResponse>()
  const devices = new Map<string, number>()
  const clients = new Map<string, number>()
  const readers = createReaders({
    read: (readings) => readConversations(pool, webRules.name, readings, mostShown, clock()),
    everyMs: lookEveryMs,
    onError,
  })
  const breathing = setInterval(() => {
    for (const response of open) response.write(':\n\n')
  }, breathEveryMs)
  // Before the server waits for what is under way: these would never end by themselves.
  app.addHook('preClose', async () => {
    clearInterval(breathing)
    await readers.stop()
  })

  app.get('/chat/events', { preHandler: admit }, async (request, reply) => {
    const { headers } = request
    const secret = secretOf(headers, secure)
    if (secret === null) return reply.code(401).send('WEB_SECRET')
    const address = addressOf(secret)
    const client = clientOf(request.socket.remoteAddress, headers['x-forwarded-for'])
    const crowded =
      open.size >= mostInAll ||
      (devices.get(address) ?? 0) >= mostPerDevice ||
      (clients.get(client) ?? 0) >= mostPerClient
    if (crowded) return reply.header('retry-after', '30').code(429).send('WEB_CROWDED')

    reply.hijack()
    const response = reply.raw
    open.add(response)
    count(devices, address, 1)
    count(clients, client, 1)
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // nginx would gather it up.
      'x-accel-buffering': 'no',
    })
    response.write(':\n\n')
    const leave = readers.join({
      addressHash: keyring.lookupHash(address),
      since: positionOf(headers['last-event-id']),
      show(spoken, position) {
        if (response.writableLength > mostUnreadBytes) response.destroy()
        else response.write(`id: ${position.heard}-${position.told}\ndata: ${JSON.stringify(shownOf(spoken))}\n\n`)
      },
      close: () => void response.end(),
    })
    response.once('error', () => response.destroy())
    response.once('close', () => {
      leave()
      open.delete(response)
      count(devices, address, -1)
      count(clients, client, -1)
    })
  })
}

/** What was said once is shown once, also where a part of it became a case of its own. */
const shownOf = (spoken: readonly Spoken[]) => spoken.filter(({ type }) => type !== 'part').map(shown)

/** What the page needs of it. Its own words it knows by its own id. */
function shown({ id, way, at, type, dedupeKey, text, answer }: Spoken) {
  return { id: dedupeKey === null ? id : idOf(dedupeKey), way, at, type, text, answer }
}

function positionOf(lastEventId: string | string[] | undefined): Position | null {
  const [, heard, told] = /^(\d{1,16})-(\d{1,16})$/.exec(String(lastEventId ?? '')) ?? []
  return heard === undefined ? null : { heard: Number(heard), told: Number(told) }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  const now = (counts.get(key) ?? 0) + by
  if (now > 0) counts.set(key, now)
  else counts.delete(key)
}
