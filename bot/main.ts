import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import type { Logger } from 'pino'
import { keepFresh } from '#base'
import type { Clock } from '#base'
import type { Channel } from '#channels'
import { calendarOf, createDirectory, termsOf } from '#config'
import type { City, Loads } from '#config'
import { countLoads, listPeople } from '#store'
import type { Keyring } from '#store'
import type { Say } from '#templates'
import { createReader } from '#understanding'
import type { Model } from '#understanding'
import { createIntake } from './intake.ts'
import { createLateAnswers } from './late-answers.ts'
import { isNeighboursTalk } from './listening.ts'
import { readAhead } from './read-ahead.ts'
import { startRefusals } from './refusals.ts'
import { serveWebChat } from './web-chat.ts'
import { createWebhook } from './webhook.ts'

export interface BotOptions {
  pool: pg.Pool
  keyring: Keyring
  city: City
  say: Say
  clock: Clock
  log: Logger
  port: number
  /** Those that are switched on. */
  channels: readonly Channel[]
  /** The page of the channel `web`; left out or null: it is off. */
  webChat?: { secure: boolean; sites: readonly string[] } | null | undefined
  /** What was learnt; without it the rules read alone. */
  model?: Model | undefined
}

export interface Bot {
  port: number
  app: FastifyInstance
  /** Stops taking messages in, and resolves when those under way are stored and answered. */
  stop(): Promise<void>
}

const directoryEveryMs = 3_000
/** It only decides between deputies of one place, and what we route meanwhile is added. */
const loadsEveryMs = 60_000
const closeWithinMs = 4_000

/** Starts the process that residents and deputies write to. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { pool, keyring, city, say, clock, log, port, channels, model } = options
  const failed = (what: string) => (error: unknown) => log.error({ error: nameOf(error) }, `${what} could not be read`)
  const loads: Loads = new Map()
  const counting = await keepFresh(() => countLoads(pool, loads), loadsEveryMs, failed('how much deputies hold'))
  const directory = await keepFresh(
    async () => createDirectory(city, await listPeople(pool), clock(), loads),
    directoryEveryMs,
    failed('the list of people'),
  )
  const reader = readAhead(
    createReader({
      gazetteer: city.regions,
      topicWords: city.topicWords,
      topics: city.topics,
      people: city.people.filter(({ role }) => role === 'deputy'),
      model,
    }),
  )
  const rules = { terms: termsOf(city), calendar: calendarOf(city) }
  const desk = () => ({ city, directory: directory.get(), reader, rules, say, clock })
  const intake = createIntake({
    pool,
    keyring,
    rules: new Map(channels.map((channel) => [channel.name, channel.rules])),
    desk,
    log,
    onBound: () => void directory.renew(),
  })

  const refusals = startRefusals(pool, log)
  const app = createWebhook({
    channels,
    intake,
    lateAnswers: createLateAnswers(pool, clock),
    isTalk: (inbound) => isNeighboursTalk(inbound, reader),
    clock,
    log,
    onRefused: refusals.count,
    isReady: () =>
      pool.query('SELECT 1').then(
        () => true,
        () => false,
      ),
  })
  if (options.webChat) {
    const onError = (error: unknown) => log.warn({ error: nameOf(error) }, 'conversations could not be read')
    const pickup = channels.some(({ name }) => name === 'official-account')
    serveWebChat(app, { ...options.webChat, pool, keyring, desk, clock, onError, pickup })
  }
  await app.listen({ port, host: '0.0.0.0' })
  const address = app.server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    app,
    async stop() {
      // Who began a request and never goes on must not keep us; the platform sends again what is cut off.
      const impatient = setTimeout(() => app.server.closeAllConnections(), closeWithinMs)
      await app.close().finally(() => clearTimeout(impatient))
      await intake.drained()
      await refusals.stop()
      directory.stop()
      counting.stop()
    },
  }
}

function nameOf(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string }
  return code ?? name ?? 'unknown'
}
