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
export async function startEmbeddedPostgres({ dataDir, log }: StartOptions): Promise<EmbeddedPostgres> {
  const folder = prepareFolder(dataDir)
  const cluster = clusterFolder(folder)
  let started = false
  let failures = 0
  for (let waited = 0; waited < patienceSeconds * 1000; waited += pauseMs) {
    const server = readServer(cluster)
    if (server?.ready) {
      const lease = await takeLease(connectionTo(server, folder).superuserConfig)
      if (lease) {
        log?.(started ? `Postgres started in ${cluster}` : `Postgres in ${cluster} is running: adopted`)
        return inUse({ server, lease, folder, adopted: !started })
      }
    } else if (!server) {
      if (await ensureCluster(folder)) log?.(`Postgres: new cluster in ${cluster}`)
      try {
        await startServer(folder)
        started = true
        continue
      } catch (error) {
        // Another start may have been quicker, or the server before this one not quite gone.
        if (!readServer(cluster) && ++failures === 3) throw error
      }
    }
    // On its way up or down.
    await pause(pauseMs)
  }
  throw new MashangError(`Postgres in ${cluster} neither starts nor stops.`, {
    code: 'EMBEDDED_POSTGRES_START',
    fix: `Look into ${logFile(folder)}, or set DATABASE_URL to a Postgres of your own.`,
  })
}

async function startServer(folder: string): Promise<void> {
  const cluster = clusterFolder(folder)
  try {
    clearStaleLocks(cluster)
    await writeSettings(cluster)
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

interface InUse {
  server: Server
  lease: Lease
  folder: string
  adopted: boolean
}

function inUse({ server, lease, folder, adopted }: InUse): EmbeddedPostgres {
  const connection = connectionTo(server, folder)
  let stopping: Promise<void> | undefined
  async function stop(): Promise<void> {
    let left = await lease.release()
    // The server went down and up again (a crash of one of its processes): ask once more.
    if (left === 'lost') left = (await (await takeLease(connection.superuserConfig))?.release()) ?? 'lost'
    if (left === 'last')
      await runTool('pg_ctl', ['stop', '-D', clusterFolder(folder), '-m', 'fast', '-s', '-w'], folder)
    await lease.end()
  }
  return { ...connection, adopted, stop: () => (stopping ??= stop()) }
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
