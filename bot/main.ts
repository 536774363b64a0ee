import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import type { Logger } from 'pino'
import { keepFresh, startLoop } from '#base'
import type { Clock } from '#base'
import { checkOfficialAccountKeys, officialAccountRules } from '#channels'
import type { OfficialAccountKeys } from '#channels'
import { calendarOf, createDirectory, termsOf } from '#config'
import type { City } from '#config'
import { countRefusals, listPeople } from '#store'
import type { Keyring } from '#store'
import type { Say } from '#templates'
import { createReader } from '#understanding'
import type { Model } from '#understanding'
import { createIntake } from './intake.ts'
import { createWebhook } from './webhook.ts'

export interface BotOptions {
  pool: pg.Pool
  keyring: Keyring
  city: City
  say: Say
  clock: Clock
  log: Logger
  port: number
  keys: OfficialAccountKeys
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
const closeWithinMs = 4_000

/** Starts the process that residents and deputies write to. */
export async function startBot({ pool, keyring, city, say, clock, log, port, keys, model }: BotOptions): Promise<Bot> {
  checkOfficialAccountKeys(keys)
  const directory = await keepFresh(
    async () => createDirectory(city, await listPeople(pool), clock()),
    directoryEveryMs,
    (error) => log.error({ error: nameOf(error) }, 'the list of people could not be read'),
  )
  const reader = createReader({
    gazetteer: city.regions,
    topicWords: city.topicWords,
    topics: city.topics,
    people: city.people.filter(({ role }) => role === 'deputy'),
    model,
  })
  const rules = { terms: termsOf(city), calendar: calendarOf(city) }
  const intake = createIntake({
    pool,
    keyring,
    rules: new Map([[officialAccountRules.name, officialAccountRules]]),
    desk: () => ({ city, directory: directory.get(), reader, rules, say, clock }),
    log,
    onBound: () => void directory.renew(),
  })

  let refused = new Map<string, number>()
  const counting = startLoop(
    async () => {
      if (refused.size > 0) {
        const counted = refused
        refused = new Map()
        log.info({ refused: Object.fromEntries(counted) }, 'refused at the door')
        await countRefusals(pool, officialAccountRules.name, counted)
      }
      return 1_000
    },
    5_000,
    (error) => log.warn({ error: nameOf(error) }, 'refusals could not be counted'),
  )
  const app = createWebhook({
    keys,
    intake,
    clock,
    onRefused: (_channel, code) => refused.set(code, (refused.get(code) ?? 0) + 1),
    isReady: () =>
      pool.query('SELECT 1').then(
        () => true,
        () => false,
      ),
  })
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
      await counting.stop()
      directory.stop()
    },
  }
}

function nameOf(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string }
  return code ?? name ?? 'unknown'
}
