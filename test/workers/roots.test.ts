import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Writable } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readRoot, rootHash } from '#store'
import { verify } from '../../cli/lists.ts'
import { listRoots, loadRoot, startRoots } from '../../workers/roots.ts'
import { emptyLedger } from '../store/arena.ts'

const at = (day: string) => new Date(`${day}T01:00:00Z`)

async function stage() {
  const ledger = await emptyLedger()
  const dataDir = await mkdtemp(join(tmpdir(), 'mashang-roots-'))
  const folder = join(dataDir, 'roots')
  onTestFinished(async () => {
    await ledger.close()
    await rm(dataDir, { recursive: true })
  })
  const logged: string[] = []
  const log = pino({}, new Writable({ write: (line, _, done) => (logged.push(String(line)), done()) }))
  /** Runs until the root of this day is there. */
  const write = async (day: string) => {
    const roots = startRoots(
      ledger.pool,
      folder,
      () => at(day),
      log,
      (error) => logged.push(String(error)),
    )
    try {
      await vi.waitUntil(async () => (await listRoots(folder)).includes(`${day}.json`), 5_000)
    } finally {
      await roots.stop()
    }
    return loadRoot(folder, `${day}.json`)
  }
  return { pool: ledger.pool, dataDir, folder, logged, write }
}

test('a day’s root follows the one of the day before', async () => {
  const { write, logged } = await stage()
  const first = await write('2026-11-23')
  expect(first).toMatchObject({ previous: '', hash: rootHash(first) })
  expect(await write('2026-11-24')).toMatchObject({ previous: first.hash })
  expect(logged.join('')).not.toContain('"level":50')
})

test.each(['', '{"at":"2026-11-24T0', '\0\0\0'])(
  'is written though yesterday’s is torn (%j), which is told',
  async (torn) => {
    const { pool, dataDir, folder, write, logged } = await stage()
    const before = await write('2026-11-23')
    await writeFile(join(folder, '2026-11-24.json'), torn)
    const root = await write('2026-11-25')
    expect(root).toEqual(await readRoot(pool, before, at('2026-11-25')))
    expect(logged.filter((line) => line.includes('"level":50'))).toEqual([expect.stringContaining('2026-11-24.json')])
    expect((await verify(pool, dataDir, () => {})).faults).toEqual([expect.stringContaining('2026-11-24.json')])
  },
)
