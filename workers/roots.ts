import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { Logger } from 'pino'
import { MashangError, messageOf, shanghaiDay, startLoop } from '#base'
import type { Clock, Loop } from '#base'
import { readRoot } from '#store'
import type { LedgerRoot } from '#store'

const checkEveryMs = 15 * 60_000

/** Writes the ledger's root once a day as `<folder>/2026-11-23.json`: a file to carry off to where nobody can alter it. */
export function startRoots(
  pool: pg.Pool,
  folder: string,
  clock: Clock,
  log: Logger,
  onError: (error: unknown) => void,
): Loop {
  return startLoop(
    async () => {
      const now = clock()
      const day = shanghaiDay(now)
      const written = await listRoots(folder)
      if (!written.includes(`${day}.json`)) {
        const before = written.filter((file) => file < `${day}.json`)
        const root = await readRoot(pool, await lastReadable(folder, before, log), now)
        await writeRoot(folder, `${day}.json`, root)
        log.info({ day, cases: root.cases, events: root.events, hash: root.hash }, 'the day’s root was written')
      }
      return checkEveryMs
    },
    60_000,
    onError,
  )
}

/** The roots written so far, oldest first. */
export async function listRoots(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  return (await readdir(folder)).filter((file) => /^\d{4}-\d{2}-\d{2}\.json$/.test(file)).sort()
}

/** @throws MashangError ROOT_UNREADABLE */
export async function loadRoot(folder: string, file: string): Promise<LedgerRoot> {
  try {
    return JSON.parse(await readFile(join(folder, file), 'utf8')) as LedgerRoot
  } catch (cause) {
    throw new MashangError(`The root ${file} can't be read: ${messageOf(cause)}`, {
      code: 'ROOT_UNREADABLE',
      fix: 'Put the copy that was carried off in its place; if it never was whole, move it out of the folder.',
      cause,
    })
  }
}

/** One that is torn must not keep all later ones from being written: the next follows the one before it, and covers its day. */
async function lastReadable(folder: string, files: readonly string[], log: Logger): Promise<LedgerRoot | null> {
  for (const file of files.toReversed()) {
    try {
      return await loadRoot(folder, file)
    } catch (error) {
      log.error({ file, reason: messageOf(error) }, 'a root can’t be read, and today’s will not follow it')
    }
  }
  return null
}

/** On the disk before it has its name: after a power cut a file that is there is whole. */
async function writeRoot(folder: string, file: string, root: LedgerRoot): Promise<void> {
  const path = join(folder, file)
  const draft = await open(`${path}.part`, 'w')
  try {
    await draft.writeFile(JSON.stringify(root))
    await draft.sync()
  } finally {
    await draft.close()
  }
  await rename(`${path}.part`, path)
  // Its name as well: today's must not be written a second time after it was carried off. Windows opens no folders.
  if (process.platform === 'win32') return
  const names = await open(folder)
  try {
    await names.sync()
  } finally {
    await names.close()
  }
}
