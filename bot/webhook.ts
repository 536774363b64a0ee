import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isMashangError } from '#base'
import type { Clock } from '#base'
import { maxPushBytes, readPush, verifyUrl } from '#channels'
import type { OfficialAccountKeys } from '#channels'
import type { Intake } from './intake.ts'

export interface WebhookOptions {
  keys: OfficialAccountKeys
  intake: Intake
  clock: Clock
  /** What was refused at the door, by code: counted, never logged one by one. */
  onRefused: (channel: string, code: string) => void
  /** Whether the ledger answers. */
  isReady: () => Promise<boolean>
}

const channel = 'official-account'
const path = '/channels/official-account'

/**
 * The door the platform knocks on. What is genuine is answered 200 once it is stored; what isn't, 4xx; and 503 when it
 * could not be stored, so that the platform sends it again.
 */
export function createWebhook({ keys, intake, clock, onRefused, isReady }: WebhookOptions): FastifyInstance {
  const app = Fastify({ bodyLimit: maxPushBytes, logger: false, routerOptions: { ignoreTrailingSlash: true } })
  // The signature stands for the bytes as they came: whatever type they claim to be, we read them ourselves.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  // Also a type that is none: Fastify would answer 415 before it asks us.
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = 'text/xml'
    done()
  })

  const refuse = (reply: FastifyReply, error: unknown) => {
    if (!isMashangError(error)) throw error
    if (error.status < 500) onRefused(channel, error.code)
    return reply.code(error.status).type('text/plain; charset=utf-8').send(error.code)
  }

  app.get(path, async (request, reply) => {
    try {
      const echo = verifyUrl(request.query as Record<string, string>, keys, clock())
      return await reply.type('text/plain; charset=utf-8').send(echo)
    } catch (error) {
      return refuse(reply, error)
    }
  })

  app.post(path, async (request, reply) => {
    try {
      const body = typeof request.body === 'string' ? request.body : ''
      const push = readPush({ query: request.query as Record<string, string>, body }, keys, clock())
      const { answer } = await intake.receive(push.inbound)
      return await reply.type(push.contentType).send(push.reply(answer))
    } catch (error) {
      return refuse(reply, error)
    }
  })

  app.get('/healthz', async () => 'ok')
  app.get('/readyz', async (_request, reply) =>
    (await isReady()) ? 'ok' : reply.code(503).send('the database does not answer'),
  )

  app.setErrorHandler((error: { statusCode?: number; code?: string }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) return reply.code(503).type('text/plain').send('UNAVAILABLE')
    const code = status === 413 ? 'PUSH_TOO_LARGE' : 'PUSH_HTTP'
    onRefused(channel, code)
    return reply.code(status).type('text/plain').send(code)
  })
  return app
}
