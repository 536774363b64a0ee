import { randomBytes } from 'node:crypto'
import { accessSync, appendFileSync, constants, existsSync, readFileSync, readdirSync } from 'node:fs'
import { realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { MashangError, isMashangError, makeFolder, messageOf } from '#base'

import { runTool } from './binaries.ts'
import { clusterFolder, superuser } from './running.ts'
import { passwordFile, settingsFile } from './settings.ts'

const major = '18'

/** Makes the folder (mode 700) if need be; its real path. Errors: `DATA_DIR_NAME`, `DATA_DIR_UNWRITABLE`. */
export function prepareFolder(dataDir: string): string {
  // pg_ctl hands paths to a shell between plain double quotes.
  if (/["$`\n]/.test(dataDir) || (process.platform !== 'win32' && dataDir.includes('\\'))) {
    throw new MashangError(`Postgres can't work in a folder whose name holds " $ \` or \\: ${dataDir}`, {
      code: 'DATA_DIR_NAME',
      fix: 'Set DATA_DIR to a path without them.',
    })
  }
  try {
    makeFolder(dataDir, 0o700)
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
    return realpathSync(dataDir)
  } catch (cause) {
    throw unwritable(dataDir, cause)
  }
}

/**
 * Makes the cluster unless it is there; true if it was made. It is made aside and moved into place whole, so that a
 * start cut short leaves nothing half done and of two starts at once one wins.
 * Errors: `DATA_DIR_VERSION`, `DATA_DIR_UNWRITABLE`, those of `runTool`.
 */
export async function ensureCluster(dataDir: string): Promise<boolean> {
  const cluster = clusterFolder(dataDir)
  if (existsSync(join(cluster, 'PG_VERSION'))) {
    checkVersion(cluster)
    return false
  }
  removeAbandonedDrafts(dataDir)
  const draft = `${cluster}.new-${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    await initialise(draft, dataDir)
    renameSync(draft, cluster)
    return true
  } catch (error) {
    if (existsSync(join(cluster, 'PG_VERSION'))) return false
    if (/permission denied|read-only file system/i.test(messageOf(error))) throw unwritable(dataDir, error)
    throw error
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

async function initialise(folder: string, dataDir: string): Promise<void> {
  // The builtin provider needs no locale of the machine and sorts the same everywhere.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8']
  const auth = process.platform === 'win32' ? passwordAuth(dataDir) : ['--auth=trust']
  await runTool('initdb', ['-D', folder, '-U', superuser, '--data-checksums', ...locale, ...auth], dataDir)
  appendFileSync(join(folder, 'postgresql.conf'), `\ninclude_if_exists = '${settingsFile}'\n`)
}

function passwordAuth(dataDir: string): string[] {
  const file = passwordFile(dataDir)
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  return ['--auth=scram-sha-256', `--pwfile=${file}`]
}

function checkVersion(cluster: string): void {
  const found = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  if (found === major) return
  throw new MashangError(`${cluster} was written by Postgres ${found}; this is ${major}.`, {
    code: 'DATA_DIR_VERSION',
    fix: `Move the data with pg_dump and pg_restore, or set DATABASE_URL to a Postgres ${found}.`,
  })
}

/** What a start that was killed left half made. */
function removeAbandonedDrafts(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    const pid = /^postgres\.new-(\d+)-/.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) rmSync(join(dataDir, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export function unwritable(dataDir: string, cause: unknown): MashangError {
  if (isMashangError(cause, 'DATA_DIR_UNWRITABLE')) return cause
  return new MashangError(`The data folder ${dataDir} can't be written: ${messageOf(cause)}`, {
    code: 'DATA_DIR_UNWRITABLE',
    fix: 'Set DATA_DIR to a folder that the user who starts this may write.',
    cause,
  })
}
