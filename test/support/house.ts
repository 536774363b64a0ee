import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type pg from 'pg'
import { pino } from 'pino'
import type { Logger } from 'pino'
import type { Clock } from '#base'
import { createChannels } from '#channels'
import type { Channel } from '#channels'
import { loadCity } from '#config'
import type { City, LanguageModelSettings, OfficialAccountSettings } from '#config'
import { openQueues } from '#queue'
import type { Queues } from '#queue'
import { startOfficialAccountSimulator } from '#simulators'
import type { Mode, Person, Simulator } from '#simulators'
import { createBindingCode, folderVault, openTokens } from '#store'
import { loadTemplates } from '#templates'
import type { Say } from '#templates'
import { createReader } from '#understanding'
import { startBot } from '../../bot/main.ts'
import type { Bot } from '../../bot/main.ts'
import { openDatabase } from '../../cli/ledger.ts'
import type { Ledger } from '../../cli/ledger.ts'
import { startWorkers } from '../../workers/main.ts'
import type { Workers } from '../../workers/main.ts'
import { testLedger, testPool } from './postgres.ts'
import type { TestDatabase } from './postgres.ts'

export interface TestHouseOptions {
  /** `safe` unless named. */
  mode?: Mode
  /** The queue's Redis; without it the queue runs on Postgres. */
  redisUrl?: string
  /** False: only the bot; `startWorkers` may be called later. */
  workers?: boolean
  /** The demo city unless another (a copy with changes) is given. */
  city?: City
  /** Other sites that may show the web chat. */
  webChatSites?: string[]
  /** The official account and the web chat unless given. */
  channels?: (clock: Clock) => readonly Channel[]
  /** More channels, besides those; may prepare the ledger for them. */
  besides?: (clock: Clock, ledger: Ledger) => Promise<readonly Channel[]>
  /** When the house's clock begins; a Monday at 9:00 in Shanghai unless given. */
  startsAt?: Date
  /** None unless given. */
  languageModel?: LanguageModelSettings
  /** Silent unless given. */
  log?: Logger
  /** Tries of one push, and what each may last; 1 and 5,000 ms unless given. */
  attempts?: number
  timeoutMs?: number
}

/** Runs on by itself, from wherever it is set. */
interface TestClock extends Clock {
  advance(ms: number): void
  set(to: Date): void
}

export interface TestHouse {
  clock: TestClock
  city: City
  account: OfficialAccountSettings
  database: TestDatabase
  masterKey: Buffer
  /** What the house itself works with: pool and keyring of the serving role. */
  ledger: Ledger
  /** The database's owner: for looking, and for tampering. */
  owner: pg.Pool
  say: Say
  /** What was fetched lies here, sealed. */
  mediaFolder: string
  simulator: Simulator
  bot: Bot
  /** One more bot over the same ledger, as behind a load balancer; its door. */
  anotherBot(): Promise<string>
  /** The queue as it is open now: stopping the workers closes it and opens another, with nobody taking jobs. */
  readonly queues: Queues
  startWorkers(): Promise<void>
  /** Lets running jobs end for at most `graceMs` (8,000 unless given; 0 cuts them off). */
  stopWorkers(graceMs?: number): Promise<void>
  /** Someone with a phone; the same one for the same openid. */
  resident(openid?: string): Person
  /** Makes a one-time code for a person on the rolls and has a phone say it; a new phone unless one is given. */
  bind(personId: string, phone?: Person): Promise<Person>
  /** Polls until the condition gives something truthy, and returns that; throws `what` after `withinMs`. */
  until<T>(condition: () => T | Promise<T>, what?: string, withinMs?: number): Promise<NonNullable<T>>
  stop(): Promise<void>
}

const monday = new Date('2026-11-23T01:00:00Z')
let demoCity: City | undefined

/** The demo city, read once; copy before changing. */
export function testCity(): City {
  return (demoCity ??= loadCity('baiyin-demo'))
}

function testClock(startsAt: Date = monday): TestClock {
  let ahead = startsAt.getTime() - Date.now()
  return Object.assign(() => new Date(Date.now() + ahead), {
    advance: (ms: number) => void (ahead += ms),
    set: (to: Date) => void (ahead = to.getTime() - Date.now()),
  })
}

/** Polls until the condition gives something truthy, and returns that. */
export async function until<T>(
  condition: () => T | Promise<T>,
  what = 'what was waited for did not happen',
  withinMs = 15_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const value = await condition()
    if (value) return value
    if (performance.now() > deadline) throw new Error(`${what} (waited ${withinMs} ms)`)
    await pause(25)
  }
}

/** A whole house over a database of its own: the simulated platform, the bot, the workers with a real queue. */
export async function startTestHouse(options: TestHouseOptions = {}): Promise<TestHouse> {
  const { mode = 'safe', city = testCity(), log = pino({ level: 'silent' }), attempts = 1, timeoutMs = 5_000 } = options
  const clock = testClock(options.startsAt)
  const say = loadTemplates('zh-CN', { strict: true })
  const masterKey = randomBytes(32)
  const rootsFolder = mkdtempSync(join(tmpdir(), 'mashang-roots-'))
  const mediaFolder = join(rootsFolder, 'media')
  const stops: (() => Promise<unknown>)[] = [async () => rmSync(rootsFolder, { recursive: true, force: true })]
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    const database = await testLedger()
    stops.push(() => database.drop())
    const ledger = await openDatabase(database.config, masterKey, city)
    stops.push(() => ledger.close())
    const owner = testPool({ ...database.config, max: 3 })
    stops.push(() => owner.end())

    const keys = {
      appId: `wx${randomBytes(8).toString('hex')}`,
      appSecret: randomBytes(16).toString('hex'),
      token: randomBytes(12).toString('hex'),
      aesKey: mode === 'plain' ? null : randomBytes(21).toString('hex') + 'A',
    }
    const simulator = await startOfficialAccountSimulator({
      ...keys,
      aesKey: keys.aesKey ?? undefined,
      mode,
      clock,
      attempts,
      timeoutMs,
    })
    stops.push(() => simulator.close())
    const { url } = simulator
    const account = { ...keys, previousAesKey: null, apiUrl: url, mpUrl: url, openUrl: url, mediaHosts: [] }
    const webChat = { secure: false, sites: options.webChatSites ?? [] }

    const { redisUrl } = options
    const open = () =>
      openQueues(
        redisUrl === undefined ? { kind: 'postgres', config: ledger.serving } : { kind: 'redis', url: redisUrl },
        { role: 'both', log },
      )
    const tokenStore = openTokens(ledger.pool, ledger.keyring, account.appId, clock)
    const channels = [
      ...(options.channels?.(clock) ??
        createChannels({ officialAccount: { ...account, tokenStore }, webChat }, { clock })),
      ...((await options.besides?.(clock, ledger)) ?? []),
    ]
    const common = { pool: ledger.pool, keyring: ledger.keyring, city, say, clock, log, channels }
    let queues = await open()
    let workers: Workers | null = null
    const begin = async () => {
      workers ??= await startWorkers({
        ...common,
        queues,
        rootsFolder,
        vaults: [folderVault(mediaFolder)],
        // What falls due when a test sets the clock is to be seen at once.
        sweepEveryMs: 100,
        ...(options.languageModel && {
          languageModel: {
            settings: options.languageModel,
            reader: createReader({
              gazetteer: city.regions,
              topicWords: city.topicWords,
              topics: city.topics,
              people: city.people,
            }),
          },
        }),
      })
    }
    const end = async (graceMs = 8_000) => {
      await workers?.stop()
      workers = null
      await queues.close(graceMs)
    }
    stops.push(() => end())
    if (options.workers !== false) await begin()
    const bot = await startBot({ ...common, webChat, port: 0 })
    stops.push(() => bot.stop())
    simulator.setWebhook(`http://127.0.0.1:${bot.port}/channels/official-account`)

    return {
      clock,
      city,
      account,
      database,
      masterKey,
      ledger,
      owner,
      say,
      mediaFolder,
      simulator,
      bot,
      async anotherBot() {
        const another = await startBot({ ...common, webChat, port: 0 })
        stops.push(() => another.stop())
        return `http://127.0.0.1:${another.port}/channels/official-account`
      },
      get queues() {
        return queues
      },
      startWorkers: begin,
      async stopWorkers(graceMs) {
        await end(graceMs)
        queues = await open()
      },
      resident: (openid) => simulator.person(openid),
      async bind(personId, phone = simulator.person()) {
        const code = await createBindingCode(ledger.pool, personId, new Date(clock().getTime() + 600_000))
        const { text } = await phone.say(`绑定 ${code}`)
        if (!text?.startsWith('绑定成功')) throw new Error(`${personId} could not be bound: ${text}`)
        return phone
      },
      until,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
