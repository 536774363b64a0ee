import { join } from 'node:path'
import { pino } from 'pino'
import type { Logger } from 'pino'
import type { Clock } from '#base'
import { MashangError } from '#base'
import { createChannels, hasPlatform, wecomRobotRules } from '#channels'
import { dutyGroups } from '#config'
import type { City, DutyGroup, Settings } from '#config'
import { importGroups } from '#store'
import type { GroupRow } from '#store'
import { loadTemplates } from '#templates'
import { startBot } from '../bot/main.ts'
import type { Bot } from '../bot/main.ts'
import { startWorkers } from '../workers/main.ts'
import { readerOf } from './classify.ts'
import { forgetSimulator, noteSimulator, startDemoAccount } from './demo-account.ts'
import type { DemoAccount } from './demo-account.ts'
import { openConveyor, openLedger, tokensOf, vaultsOf } from './ledger.ts'
import { loadModel } from './model-file.ts'
import { wechatySecret } from './wechaty.ts'
import type { Ledger } from './ledger.ts'

/** What of the house is to run in this process. */
export interface Rooms {
  bot: boolean
  workers: boolean
}

/** A running house. */
export interface House {
  settings: Settings
  city: City
  ledger: Ledger
  log: Logger
  bot: Bot | null
  /** Only where no real account is configured. */
  demo: DemoAccount | null
  /** Drains and stops everything; at most about 10 s. */
  stop(): Promise<void>
}

/** A station's duty group as the ledger has it. */
function groupRow({ key, ...group }: DutyGroup): GroupRow {
  return { ...group, channel: wecomRobotRules.name, address: key }
}

/** Ids, codes and times go into it; words, names and addresses never do. */
export function createLog(settings: Settings): Logger {
  // Standard error, so that what a command answers can be piped.
  return pino({ level: settings.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
}

export async function startHouse(
  settings: Settings,
  city: City,
  rooms: Rooms,
  clock: Clock,
  log: Logger,
  port = settings.port,
): Promise<House> {
  const isDemo = !hasPlatform(settings)
  if (isDemo && !(rooms.bot && rooms.workers)) {
    throw new MashangError('OFFICIAL_ACCOUNT_APP_ID: without a real account only the whole house can be started', {
      code: 'START_ACCOUNT',
      fix: 'Set OFFICIAL_ACCOUNT_APP_ID, _APP_SECRET and _TOKEN (or WECOM_*), or start without --only',
    })
  }
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    // Last opened, first closed; one that fails must not keep the others open.
    for (const close of stops.splice(0).reverse()) {
      await close().catch((error: unknown) => log.error({ error: String(error) }, 'could not be stopped cleanly'))
    }
  }
  try {
    const ledger = await openLedger(settings, city, (line) => log.warn({}, line))
    stops.push(() => ledger.close())
    const { groups } = dutyGroups(city, settings.wecomRobots)
    await importGroups(ledger.pool, ledger.keyring, groups.map(groupRow), clock())
    const queues = rooms.workers ? await openConveyor(settings, ledger, log) : null

    let demo: DemoAccount | null = null
    if (isDemo) {
      demo = await startDemoAccount(clock)
      const { simulator } = demo
      stops.push(async () => {
        await forgetSimulator(settings.dataDir)
        await simulator.close()
      })
    }
    if (queues) stops.push(() => queues.close(8_000))
    const account = settings.officialAccount ?? demo?.settings ?? null
    const officialAccount = account && { ...account, tokenStore: tokensOf(ledger, account, clock) }
    const wechaty = settings.wechaty && {
      ...settings.wechaty,
      secret: await wechatySecret(settings.dataDir, settings.wechaty),
    }
    const channels = createChannels({ ...settings, officialAccount, wechaty }, { clock })
    const common = { pool: ledger.pool, keyring: ledger.keyring, city, say: loadTemplates(), clock, log, channels }

    if (queues) {
      const rootsFolder = join(settings.dataDir, 'roots')
      const workers = await startWorkers({
        ...common,
        queues,
        rootsFolder,
        vaults: vaultsOf(settings),
        ...(settings.languageModel && {
          languageModel: { settings: settings.languageModel, reader: readerOf(city, settings) },
        }),
      })
      stops.push(() => workers.stop())
    }
    let bot: Bot | null = null
    if (rooms.bot) {
      bot = await startBot({
        ...common,
        webChat: settings.webChat,
        port,
        model: loadModel(settings.dataDir) ?? undefined,
      })
      stops.push(() => bot!.stop())
      log.info({ port: bot.port }, 'listening')
    }
    if (demo && bot) {
      demo.simulator.setWebhook(`http://127.0.0.1:${bot.port}/channels/official-account`)
      await noteSimulator(settings.dataDir, demo)
    }
    return { settings, city, ledger, log, bot, demo, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
