import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { Logger } from 'pino'
import { shanghaiDay, startLoop } from '#base'
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
        const last = written.filter((file) => file < `${day}.json`).at(-1)
        const previous = last === undefined ? null : await loadRoot(folder, last)
        const root = await readRoot(pool, previous, now)
        const path = join(folder, `${day}.json`)
        await writeFile(`${path}.part`, JSON.stringify(root))
        await rename(`${path}.part`, path)
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

export async function loadRoot(folder: string, file: string): Promise<LedgerRoot> {
  return JSON.parse(await readFile(join(folder, file), 'utf8')) as LedgerRoot
}
