import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { MashangError, sha256 } from '#base'

/** `sun_path` holds 104 bytes on macOS, 108 on Linux; the socket's own name takes 15. */
const longestSocketFolder = 85

/**
 * Writes what the server reads at its next start. Written anew each time, so that a new release's settings and a
 * moved folder take effect; staff's own `ALTER SYSTEM` still wins.
 * Anyone who may enter the socket's folder is trusted: it has mode 700, as PostgreSQL's own data folder must.
 */
export async function writeSettings(cluster: string): Promise<void> {
  const settings = {
    ...(process.platform === 'win32'
      ? { listen_addresses: '127.0.0.1', port: await freePort() }
      : { listen_addresses: '', port: 5432, unix_socket_directories: quotedForList(socketFolder(cluster)) }),
    max_connections: 200,
    shared_buffers: '64MB',
    max_wal_size: '512MB',
    fsync: 'on',
    synchronous_commit: 'on',
    wal_level: 'replica',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // An error's text can hold a resident's words: callers are told, the log file isn't.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`)
  const file = join(cluster, settingsFile)
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `# Written at each start; change settings with ALTER SYSTEM.\n${lines.join('\n')}\n`)
  renameSync(draft, file)
}

/** Named by `include` in the cluster's postgresql.conf. */
export const settingsFile = 'mashang.conf'

/** The cluster's own folder, or a short one whose name follows from it when the path is too long for a socket. */
function socketFolder(cluster: string): string {
  if (Buffer.byteLength(cluster) <= longestSocketFolder) return cluster
  const name = `mashang-${sha256(cluster).slice(0, 16)}`
  const folder = [tmpdir(), '/tmp'].map((base) => join(base, name)).find(fitsSocket) ?? join('/tmp', name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const owner = lstatSync(cluster)
  // Temp folders are everyone's: one laid there by another user would hand them our database.
  if (!found.isDirectory() || (found.uid !== owner.uid && found.uid !== process.getuid?.())) {
    throw new MashangError(`${folder} belongs to someone else.`, {
      code: 'SOCKET_FOLDER_UNSAFE',
      fix: 'Remove it, or set DATA_DIR to a path under 70 characters.',
    })
  }
  chmodSync(folder, 0o700)
  return folder
}

function fitsSocket(folder: string): boolean {
  return Buffer.byteLength(folder) <= longestSocketFolder
}

/** `unix_socket_directories` is a list; quotes keep commas and spaces of a path. */
function quotedForList(folder: string): string {
  return `"${folder.replaceAll('"', '""')}"`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** Windows has no socket folder to guard the door, so its superuser has a password; elsewhere null. */
export function readPassword(dataDir: string): string | null {
  if (process.platform !== 'win32') return null
  return readFileSync(passwordFile(dataDir), 'utf8').trim()
}

export function passwordFile(dataDir: string): string {
  return join(dataDir, 'postgres.password')
}
