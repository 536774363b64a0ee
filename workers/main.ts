import type pg from 'pg'
import type { Logger } from 'pino'
import { keepFresh } from '#base'
import type { Clock } from '#base'
import { createOfficialAccountClient, officialAccountRules } from '#channels'
import { calendarOf, createDirectory, termsOf } from '#config'
import type { City, OfficialAccountSettings } from '#config'
import type { Queues } from '#queue'
import { listPeople } from '#store'
import type { Keyring } from '#store'
import type { Say } from '#templates'
import type { ApplyTools } from './apply.ts'
import { createDeliver } from './deliver.ts'
import type { Sender } from './deliver.ts'
import { createDue } from './due.ts'
import { createPace } from './pace.ts'
import { startRelay } from './relay.ts'
import { startRoots } from './roots.ts'
import { startSweep } from './sweep.ts'

export interface WorkersOptions {
  pool: pg.Pool
  keyring: Keyring
  queues: Queues
  city: City
  say: Say
  clock: Clock
  log: Logger
  officialAccount: OfficialAccountSettings
  /** Where the ledger's daily roots are written. */
  rootsFolder: string
}

export interface Workers {
  /** Lets what is under way finish, at most 8 s; the queue itself is the caller's to close. */
  stop(): Promise<void>
}

const directoryEveryMs = 3_000
const sendsPerSecond = 3_000

/** Starts the process that acts: relay, deliveries, deadlines, sweep, daily roots. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const { pool, keyring, queues, city, say, clock, log, officialAccount } = options
  const failed = (what: string) => (error: unknown) => {
    const { name, code } = error as { name?: string; code?: string }
    log.error({ error: code ?? name }, `${what} failed; it is tried again`)
  }
  const directory = await keepFresh(
    async () => createDirectory(city, await listPeople(pool), clock()),
    directoryEveryMs,
    failed('reading the list of people'),
  )
  const tools: ApplyTools = {
    pool,
    directory: () => directory.get(),
    rules: { terms: termsOf(city), calendar: calendarOf(city) },
    say,
    clock,
  }
  const client = createOfficialAccountClient({ ...officialAccount, clock })
  const senders = new Map<string, Sender>([
    [
      officialAccountRules.name,
      {
        limited: officialAccountRules.limited,
        pace: createPace(sendsPerSecond),
        send: (address, { text }) => client.sendText(address, text),
      },
    ],
  ])
  queues.work('deliver', createDeliver({ pool, keyring, senders, clock, log }), { concurrency: 64 })
  queues.work('due', createDue(tools, log), { concurrency: 4 })
  const relay = startRelay(pool, queues, failed('the relay'))
  const sweep = startSweep(pool, queues, clock, log, failed('the sweep'))
  const roots = startRoots(pool, options.rootsFolder, clock, log, failed('writing the daily root'))

  return {
    async stop() {
      await Promise.all([relay.stop(), sweep.stop(), roots.stop()])
      directory.stop()
    },
  }
}
