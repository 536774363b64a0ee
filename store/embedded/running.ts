import { execFileSync } from 'node:child_process'
import { linkSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { readPassword } from './settings.ts'

/** How to reach the embedded Postgres of a data folder. */
export interface EmbeddedPostgresConnection {
  /** The postmaster's process id. */
  pid: number
  /** For `new pg.Client()`: the superuser, on the database `postgres`. */
  superuserConfig: SuperuserConfig
  /** A `postgresql://` URL for `pg`; `user` is the superuser unless named (the socket's folder is the door, so no password). */
  connectionString(database: string, user?: string): string
}

export interface SuperuserConfig {
  /** The socket's folder; `127.0.0.1` on Windows. */
  host: string
  port: number
  user: string
  database: string
  ssl: false
  password?: string
}

/** The superuser that initdb makes; row security doesn't hold it, so only migrations may use it. */
export const superuser = 'postgres'

export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'postgres')
}

/**
 * The server another process started on `dataDir`, for commands that run beside it; null when none is ready.
 * Starts, stops and changes nothing.
 */
export function findEmbeddedPostgres(dataDir: string): EmbeddedPostgresConnection | null {
  let folder: string
  try {
    folder = realpathSync(dataDir)
  } catch {
    return null
  }
  const server = readServer(clusterFolder(folder))
  return server?.ready ? connectionTo(server, folder) : null
}

export interface Server {
  pid: number
  host: string
  port: number
  ready: boolean
}

/** What `postmaster.pid` says, if the process it names is indeed this cluster's server. */
export function readServer(cluster: string): Server | null {
  const lines = readLines(pidFile(cluster))
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0 || !serves(pid, cluster)) return null
  // Lines 4, 5, 6 and 8 are port, socket folder, TCP address and state (PostgreSQL's miscadmin.h).
  const host = lines[4]?.trim() || lines[5]?.trim() || ''
  return { pid, host, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}

export function connectionTo(server: Server, dataDir: string): EmbeddedPostgresConnection {
  const { host, port, pid } = server
  const password = readPassword(dataDir)
  const superuserConfig = { host, port, user: superuser, database: 'postgres', ssl: false as const }
  return {
    pid,
    superuserConfig: password === null ? superuserConfig : { ...superuserConfig, password },
    connectionString(database, user = superuser) {
      const secret = password === null || user !== superuser ? '' : `:${encodeURIComponent(password)}`
      const where = `host=${encodeURIComponent(host)}&port=${port}&sslmode=disable`
      return `postgresql://${encodeURIComponent(user)}${secret}@/${encodeURIComponent(database)}?${where}`
    },
  }
}

/**
 * Takes away the lock files of a server that is gone. Postgres clears them itself only when their number is free, and
 * it may be a stranger's by now, or a zombie's (in a container whose first process doesn't reap).
 */
export function clearStaleLocks(cluster: string): void {
  const host = readLines(pidFile(cluster))[4]?.trim()
  clearStaleLock(pidFile(cluster), cluster)
  for (const folder of [cluster, host]) {
    if (folder) clearStaleLock(join(folder, '.s.PGSQL.5432.lock'), cluster)
  }
}

/** Moved first and looked at again: another start may have put its own there meanwhile. */
function clearStaleLock(file: string, cluster: string): void {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  try {
    if (serves(Number(readLines(aside)[0]), cluster)) linkSync(aside, file)
  } finally {
    rmSync(aside, { force: true })
  }
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid')
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

/** Whether process `pid` is a postgres whose command line names `cluster`. */
function serves(pid: number, cluster: string): boolean {
  try {
    if (process.platform === 'linux') {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return words[0]?.endsWith('postgres') === true && words.includes(cluster)
    }
    if (process.platform === 'win32') {
      const listed = execFileSync('tasklist', ['/FI', `PID eq ${pid}`, '/NH'], { encoding: 'utf8' })
      return listed.includes('postgres')
    }
    const command = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return command.includes('postgres') && command.includes(cluster)
  } catch {
    return false
  }
}
