import { createServer } from 'node:http'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { createDoors } from './doors.ts'
import type { DoorsOptions } from './doors.ts'
import { isForChannels } from './read-request.ts'

export interface WebhookOptions extends DoorsOptions {
  /** Whether the ledger answers. */
  isReady: () => Promise<boolean>
}

/** Between two requests on one connection: longer than a reverse proxy keeps its own open. */
const keepAliveTimeoutMs = 72_000
/** For a whole request to come in. */
const requestTimeoutMs = 30_000

/** The bot's HTTP server: `/channels/…` straight to the doors, everything else by Fastify's routes. */
export function createWebhook({ isReady, ...options }: WebhookOptions): FastifyInstance {
  const doors = createDoors(options)
  const app = Fastify({
    logger: false,
    routerOptions: { ignoreTrailingSlash: true },
    serverFactory: (others) => {
      const server = createServer((request, response) => {
        // Who asks once more while we close is answered, and asked to go.
        if (!server.listening) response.shouldKeepAlive = false
        if (isForChannels(request.url)) doors(request, response)
        else others(request, response)
      })
      server.keepAliveTimeout = keepAliveTimeoutMs
      server.requestTimeout = requestTimeoutMs
      return server
    },
  })
  // What comes without a connection (`inject`) meets the same doors.
  app.route({
    url: '/channels/*',
    method: app.supportedMethods,
    onRequest: (request, reply) => {
      reply.hijack()
      doors(request.raw, reply.raw)
    },
    handler: () => {},
  })
  app.get('/healthz', async () => 'ok')
  app.get('/readyz', async (_request, reply) =>
    (await isReady()) ? 'ok' : reply.code(503).send('the database does not answer'),
  )
  app.setErrorHandler((error: { statusCode?: number; code?: string }, _request, reply) => {
    const status = error.statusCode ?? 500
    // The message might quote what was sent to us.
    if (status >= 500) return reply.code(503).type('text/plain').send('UNAVAILABLE')
    return reply
      .code(status)
      .type('text/plain')
      .send(error.code ?? 'REFUSED')
  })
  return app
}
