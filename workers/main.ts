import type pg from 'pg'
import type { Logger } from 'pino'
import { keepFresh, MashangError } from '#base'
import type { Clock } from '#base'
import type { Channel } from '#channels'
import { calendarOf, createDirectory, termsOf } from '#config'
import type { City, LanguageModelSettings, Loads } from '#config'
import type { Queues } from '#queue'
import { countLoads, listPeople } from '#store'
import type { Keyring, MediaVault } from '#store'
import type { Say } from '#templates'
import type { Reader } from '#understanding'
import type { ApplyTools } from './apply.ts'
import { createBusyLanes } from './busy-lanes.ts'
import { createDeliver } from './deliver.ts'
import { createDue } from './due.ts'
import { createErase } from './erase.ts'
import { createMediaWorker } from './media.ts'
import { startRelay } from './relay.ts'
import { startRoots } from './roots.ts'
import { startSecondOpinion } from './second-opinion/worker.ts'
import { startSweep } from './sweep.ts'
import { startTwins } from './twins.ts'

export interface WorkersOptions {
  pool: pg.Pool
  keyring: Keyring
  queues: Queues
  city: City
  say: Say
  clock: Clock
  log: Logger
  /** Those that are switched on. */
  channels: readonly Channel[]
  /** Where the ledger's daily roots are written. */
  rootsFolder: string
  /** Where fetched pictures and the like are kept: new ones go to the first, older ones may lie in any. */
  vaults: readonly [MediaVault, ...MediaVault[]]
  /** How often Postgres is asked for what the queue should know and doesn't; 2,000 ms unless given. */
  sweepEveryMs?: number
  /** Asked of cases that the reader is not sure of; left out: none is. */
  languageModel?: { settings: LanguageModelSettings; reader: Reader }
}

export interface Workers {
  /** Lets what is under way finish, at most 8 s; the queue itself is the caller's to close. */
  stop(): Promise<void>
}

const directoryEveryMs = 3_000
/** It only decides between deputies of one place, and what we route meanwhile is added. */
const loadsEveryMs = 60_000

/** Starts the process that acts: relay, deliveries, deadlines, sweep, twins, daily roots. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const { pool, keyring, queues, city, say, clock, log, channels, vaults } = options
  const failed = (what: string) => (error: unknown) => {
    const { name, code } = error as { name?: string; code?: string }
    log.error({ error: code ?? name }, `${what} failed; it is tried again`)
  }
  const loads: Loads = new Map()
  const counting = await keepFresh(() => countLoads(pool, loads), loadsEveryMs, failed('counting what deputies hold'))
  const directory = await keepFresh(
    async () => createDirectory(city, await listPeople(pool), clock(), loads),
    directoryEveryMs,
    failed('reading the list of people'),
  )
  /** Who left is told of with what they hold. */
  const renew = async (): Promise<void> => {
    await counting.renew()
    await directory.renew()
  }
  const tools: ApplyTools = {
    pool,
    directory: () => directory.get(),
    rules: { terms: termsOf(city), calendar: calendarOf(city) },
    say,
    clock,
  }
  const lanes = createBusyLanes()
  const deliver = createDeliver({ pool, keyring, channels, clock, log, lanes })
  // Lanes that go on are stepped on every 80 ms under load: so many of them make 800 sends a second.
  queues.work('deliver', deliver.handle, { concurrency: 128 })
  queues.work('due', createDue(tools, log), { concurrency: 4 })
  const removeMedia = async (sha256: string, kept: string) => {
    const vault = vaults.find((each) => each.kept === kept)
    if (!vault)
      throw new MashangError('content lies in a bucket that is no longer set', {
        code: 'MEDIA_VAULT',
        fix: 'Set MEDIA_S3_* again',
      })
    await vault.remove(sha256)
  }
  queues.work('erase', createErase({ ...tools, log, removeMedia, renewDirectory: renew }), {
    concurrency: 2,
  })
  queues.work('media', createMediaWorker({ pool, keyring, channels, vault: vaults[0], clock, log }), { concurrency: 4 })
  const relay = startRelay(pool, queues, lanes, failed('the relay'))
  const sweep = startSweep(pool, queues, clock, log, options.sweepEveryMs ?? 2_000, failed('the sweep'))
  const secondOpinion =
    options.languageModel &&
    startSecondOpinion({ pool, city, clock, log, ...options.languageModel }, failed('asking for a second opinion'))
  const twins = startTwins({ pool, city, clock, log, onError: failed('looking for twins') })
  const roots = startRoots(pool, options.rootsFolder, clock, log, failed('writing the daily root'))

  return {
    async stop() {
      deliver.rest()
      await Promise.all([relay.stop(), sweep.stop(), roots.stop(), twins.stop(), secondOpinion?.stop()])
      directory.stop()
      counting.stop()
    },
  }
}
