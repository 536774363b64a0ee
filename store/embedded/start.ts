import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { MashangError, isMashangError, messageOf } from '#base'

import { runTool } from './binaries.ts'
import { ensureCluster, prepareFolder, unwritable } from './cluster.ts'
import { takeLease } from './lease.ts'
import type { Lease } from './lease.ts'
import { clearStaleLocks, clusterFolder, connectionTo, readServer } from './running.ts'
import type { EmbeddedPostgresConnection, Server } from './running.ts'
import { writeSettings } from './settings.ts'

export interface EmbeddedPostgres extends EmbeddedPostgresConnection {
  /** True when the server was running already: after a kill -9 of its starter, or beside another process. */
  adopted: boolean
  /** Stops the server unless another process that started or adopted it still lives. May be called twice. */
  stop(): Promise<void>
}

export interface StartOptions {
  /** `DATA_DIR`; made with mode 700 if absent. The cluster is its folder `postgres`, the log its `postgres.log`. */
  dataDir: string
  /**
   * For whoever serves: until `stop`, a server that went down is started again, and a crash of it doesn't cost the lease.
   * Called with what happened, a line each.
   */
  keep?: (line: string) => void
  log?: (line: string) => void
}

/** Crash recovery of a large ledger takes minutes, hanging for ever helps no one. */
const patienceSeconds = 600
const pauseMs = 100

/**
 * The real Postgres that npm carries, on a socket in the data folder. Makes the cluster at first, adopts a server that
 * is running, starts one otherwise; any number of processes may call it at once.
 * It makes no roles and no databases. Signals don't reach the server: `pg_ctl` gives it a session of its own.
 * Errors: `DATA_DIR_UNWRITABLE`, `DATA_DIR_NAME`, `DATA_DIR_VERSION`, `SOCKET_FOLDER_UNSAFE`, `EMBEDDED_POSTGRES_MISSING`, `_ROOT`,
 * `_FAILED`, `_START` (what its log says).
 */
export async function startEmbeddedPostgres({ dataDir, keep, log }: StartOptions): Promise<EmbeddedPostgres> {
  const folder = prepareFolder(dataDir)
  const cluster = clusterFolder(folder)
  const first = await takeUp(folder, log)
  log?.(first.started ? `Postgres started in ${cluster}` : `Postgres in ${cluster} is running: adopted`)
  return inUse(folder, first, keep)
}

/** A server, and the lease that says we use it. */
interface Held {
  server: Server
  lease: Lease
  /** By us. */
  started: boolean
}

/**
 * Adopts the server, or starts it, as often as it takes. `again`, until it is aborted: one that was there, with the settings
 * it had, so that those who are connected find it where it was; a cluster that is gone is not made anew under them.
 */
async function takeUp(folder: string, log: StartOptions['log'], again?: AbortSignal): Promise<Held> {
  const cluster = clusterFolder(folder)
  let started = false
  let failures = 0
  for (let waited = 0; waited < patienceSeconds * 1000; waited += pauseMs) {
    again?.throwIfAborted()
    const server = readServer(cluster)
    if (server?.ready) {
      const lease = await takeLease(connectionTo(server, folder).superuserConfig)
      if (lease) return { server, lease, started }
    } else if (!server) {
      if (!again && (await ensureCluster(folder))) log?.(`Postgres: new cluster in ${cluster}`)
      try {
        await startServer(folder, again !== undefined)
        started = true
        continue
      } catch (error) {
        // Another start may have been quicker, or the server before this one not quite gone.
        if (!readServer(cluster) && ++failures === 3) throw error
      }
    }
    // On its way up or down.
    await pause(pauseMs, undefined, { ref: !again })
  }
  throw new MashangError(`Postgres in ${cluster} neither starts nor stops.`, {
    code: 'EMBEDDED_POSTGRES_START',
    fix: `Look into ${logFile(folder)}, or set DATABASE_URL to a Postgres of your own.`,
  })
}

async function startServer(folder: string, again: boolean): Promise<void> {
  const cluster = clusterFolder(folder)
  try {
    clearStaleLocks(cluster)
    if (!again) await writeSettings(cluster)
  } catch (cause) {
    throw cause instanceof MashangError ? cause : unwritable(folder, cause)
  }
  const args = ['start', '-D', cluster, '-l', logFile(folder), '-s', '-w', '-t', String(patienceSeconds)]
  try {
    await runTool('pg_ctl', args, folder)
  } catch (cause) {
    if (!isMashangError(cause, 'EMBEDDED_POSTGRES_FAILED')) throw cause
    throw new MashangError(`Postgres didn't start: ${messageOf(cause)}\n${logTail(folder)}`, {
      code: 'EMBEDDED_POSTGRES_START',
      fix: 'Mend what its log says, or set DATABASE_URL to a Postgres of your own.',
      cause,
    })
  }
}

async function stopServer(folder: string): Promise<void> {
  const cluster = clusterFolder(folder)
  try {
    await runTool('pg_ctl', ['stop', '-D', cluster, '-m', 'fast', '-s', '-w'], folder)
  } catch (error) {
    // Killed a moment ago: what still held the lease was a process that it left behind.
    if (readServer(cluster)) throw error
  }
}

function inUse(folder: string, first: Held, keep: StartOptions['keep']): EmbeddedPostgres {
  let held = first
  const ending = new AbortController()
  const kept = keep ? holdOn(keep) : Promise.resolve()
  let stopping: Promise<void> | undefined

  async function holdOn(tell: (line: string) => void): Promise<void> {
    while (!ending.signal.aborted) {
      await held.lease.lost
      if (ending.signal.aborted) return
      tell(`Postgres in ${clusterFolder(folder)} broke off`)
      for (let tries = 0; ; tries += 1) {
        try {
          held = await takeUp(folder, undefined, ending.signal)
          break
        } catch (error) {
          if (ending.signal.aborted) return
          tell(messageOf(error))
          await pause(Math.min(30, 2 ** tries) * 1000, undefined, { ref: false, signal: ending.signal }).catch(() => {})
        }
      }
      tell(`Postgres ${held.started ? 'was started again' : 'is back'}`)
    }
  }

  async function stop(): Promise<void> {
    ending.abort()
    let left = await held.lease.release()
    if (left === 'lost') {
      // The server went down, and perhaps up again: ask once more.
      await kept
      left = await held.lease.release()
    }
    if (left === 'lost') {
      const lease = await takeLease(connectionTo(held.server, folder).superuserConfig)
      if (lease === null) return
      held = { ...held, lease }
      left = await lease.release()
    }
    if (left === 'last') await stopServer(folder)
    await held.lease.end()
  }

  return {
    ...connectionTo(first.server, folder),
    get pid() {
      return held.server.pid
    },
    adopted: !first.started,
    stop: () => (stopping ??= stop()),
  }
}

function logFile(folder: string): string {
  return join(folder, 'postgres.log')
}

function logTail(folder: string): string {
  try {
    return readFileSync(logFile(folder), 'utf8').trimEnd().split('\n').slice(-5).join('\n')
  } catch {
    return ''
  }
}
