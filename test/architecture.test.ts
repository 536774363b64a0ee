import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import type { ICruiseResult } from 'dependency-cruiser'
import extractRules from 'dependency-cruiser/config-utl/extract-depcruise-config'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outsideReads } from './support/outside-world.ts'

const root = join(import.meta.dirname, '..')
const rooms = [
  'base',
  'cases',
  'understanding',
  'channels',
  'store',
  'queue',
  'templates',
  'config',
  'simulators',
  'sheets',
]
const processes = ['bot', 'workers', 'web', 'wechaty']

async function read(folder: string): Promise<ICruiseResult> {
  const { options, ...ruleSet } = await extractRules(join(root, '.dependency-cruiser.mjs'))
  const { output } = await cruise(['.'], { ...options, ruleSet, validate: true, baseDir: folder })
  return output as ICruiseResult
}

const told = ({ summary }: ICruiseResult) =>
  summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)

/** What some breaches need; innocent themselves. */
const props = [
  { file: 'test/a.ts', text: 'export const a = 1' },
  { file: 'cases/d.ts', text: `import type { C } from './c.ts'\nexport type D = C | 2` },
]

/** Every rule of .dependency-cruiser.mjs with files that break it. */
const plants: { rule: string; file: string; text: string }[] = [
  { rule: 'base-alone', file: 'base/a.ts', text: `export { evolve } from '#cases'` },
  { rule: 'pure-rooms', file: 'cases/a.ts', text: `import type { City } from '#config'\nexport type A = City` },
  { rule: 'pure-rooms', file: 'understanding/a.ts', text: `import type { Case } from '#cases'\nexport type A = Case` },
  { rule: 'pure-rooms-outside', file: 'cases/b.ts', text: `export { readFile } from 'node:fs/promises'` },
  { rule: 'pure-rooms-outside', file: 'understanding/b.ts', text: `import pg from 'pg'\nexport const a = pg` },
  {
    rule: 'words-and-city',
    file: 'templates/a.ts',
    text: `import type { Keyring } from '#store'\nexport type A = Keyring`,
  },
  { rule: 'words-and-city-types', file: 'config/a.ts', text: `export { evolve } from '#cases'` },
  { rule: 'words-and-city-types', file: 'templates/b.ts', text: `export const a = () => import('#config')` },
  {
    rule: 'servants-apart',
    file: 'channels/a.ts',
    text: `import type { Queues } from '#queue'\nexport type A = Queues`,
  },
  { rule: 'servants-apart', file: 'store/a.ts', text: `export { splitText } from '#channels'` },
  { rule: 'servants-apart', file: 'queue/a.ts', text: `export { migrate } from '#store'` },
  { rule: 'sheets-alone', file: 'sheets/a.ts', text: `import type { City } from '#config'\nexport type A = City` },
  { rule: 'simulators-apart', file: 'simulators/a.ts', text: `export { splitText } from '#channels'` },
  {
    rule: 'processes-apart',
    file: 'bot/a.ts',
    text: `import type { Workers } from '../workers/main.ts'\nexport type A = Workers`,
  },
  { rule: 'processes-apart', file: 'workers/a.ts', text: `export { startBot } from '../bot/main.ts'` },
  { rule: 'processes-apart', file: 'web/a.ts', text: `export { startBot } from '../bot/main.ts'` },
  { rule: 'processes-apart', file: 'bot/b.ts', text: `export { connectSimulator } from '#simulators'` },
  { rule: 'wechaty-apart', file: 'wechaty/a.ts', text: `export { openKeyring } from '#store'` },
  { rule: 'cli-by-main', file: 'cli/a.ts', text: `export { createIntake } from '../bot/intake.ts'` },
  { rule: 'by-the-face', file: 'bot/c.ts', text: `export { evolve } from '../cases/evolve.ts'` },
  { rule: 'by-the-face', file: 'cli/b.ts', text: `export { migrate } from '../store/migrate.ts'` },
  {
    rule: 'by-the-face-inside',
    file: 'store/b.ts',
    text: `export { findEmbeddedPostgres } from './embedded/running.ts'`,
  },
  { rule: 'by-the-face-inside', file: 'channels/b.ts', text: `export * from './tencent/xml.ts'` },
  { rule: 'launcher-alone', file: 'scripts/a.js', text: `import '../base/index.ts'` },
  { rule: 'launcher-alone', file: 'scripts/b.js', text: `import 'pg'` },
  { rule: 'no-cycles', file: 'cases/c.ts', text: `import type { D } from './d.ts'\nexport type C = D | 1` },
  { rule: 'nothing-missing', file: 'base/b.ts', text: `import './nowhere.ts'` },
  { rule: 'declared', file: 'store/c.ts', text: `import 'pg-types'` },
  { rule: 'not-in-production', file: 'store/d.ts', text: `import 'fast-check'` },
  { rule: 'no-tests', file: 'bot/d.ts', text: `export * from '../test/a.ts'` },
]

describe('the direction of imports', () => {
  it('is kept, in every module of the house', async () => {
    const house = await read(root)
    const sources = house.modules.map(({ source }) => source)
    // A parser that can't read TypeScript finds nothing, and then nothing wrong.
    for (const room of rooms) expect(sources).toContain(`${room}/index.ts`)
    expect(sources).toEqual(expect.arrayContaining(['cli.ts', 'launch.js', 'bot/main.ts', 'workers/main.ts']))
    const imports = house.modules.find(({ source }) => source === 'bot/main.ts')!.dependencies
    const bySort = imports.map(
      ({ resolved, dependencyTypes }) => `${resolved} ${dependencyTypes.includes('type-only')}`,
    )
    expect(bySort).toEqual(
      expect.arrayContaining(['store/index.ts false', 'store/index.ts true', 'bot/intake.ts false']),
    )
    expect(told(house)).toEqual([])
  })

  describe('loads no more than it needs', () => {
    let modules: ICruiseResult['modules']
    beforeAll(async () => {
      modules = (await read(root)).modules
    })

    /** All that comes with one file. */
    function loadedWith(source: string): Set<string> {
      const bySource = new Map(modules.map((module) => [module.source, module]))
      const loaded = new Set([source])
      // What a set is given while it is gone through comes in its turn.
      for (const each of loaded) {
        for (const { resolved, dynamic, dependencyTypes } of bySource.get(each)?.dependencies ?? []) {
          if (!dynamic && !dependencyTypes.includes('type-only')) loaded.add(resolved)
        }
      }
      return loaded
    }

    it('with a command: not the house, the platforms or the conveyor', () => {
      const loaded = loadedWith('cli.ts')
      expect([...loaded]).toEqual(expect.arrayContaining(['cli/ledger.ts', 'store/index.ts', 'config/index.ts']))
      const house = ['bot/main.ts', 'workers/main.ts', 'simulators/index.ts', 'channels/index.ts', 'queue/index.ts']
      expect([...house, 'sheets/index.ts'].filter((source) => loaded.has(source))).toEqual([])
    })

    it('with the face of the conveyor: not BullMQ, which a ledger that is up to date has no use for', () => {
      const loaded = [...loadedWith('queue/index.ts')]
      expect(loaded).toContain('queue/migrate.ts')
      expect(loaded.filter((source) => source.includes('bullmq'))).toEqual([])
      expect([...loadedWith('queue/queues.ts')].some((source) => source.includes('bullmq'))).toBe(true)
    })
  })

  describe('is guarded', () => {
    let folder: string
    let seen: string[]

    beforeAll(async () => {
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'mashang-house-')))
      const left = /^(\.|node_modules$|data$|test$|docs$|coverage$|dist$)/
      for (const name of readdirSync(root).filter((each) => !left.test(each))) {
        cpSync(join(root, name), join(folder, name), { recursive: true })
      }
      symlinkSync(realpathSync(join(root, 'node_modules')), join(folder, 'node_modules'))
      for (const { file, text } of [...plants, ...props]) {
        mkdirSync(dirname(join(folder, file)), { recursive: true })
        writeFileSync(join(folder, file), `${text}\n`)
      }
      seen = told(await read(folder))
    })

    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    it.each(plants)('$rule: a breach planted in $file is caught', ({ rule, file }) => {
      expect(seen.some((line) => line.startsWith(`${rule}: ${file} → `))).toBe(true)
    })

    it('each rule has its breach, and nothing else is accused', async () => {
      const { forbidden } = await extractRules(join(root, '.dependency-cruiser.mjs'))
      expect(new Set(plants.map(({ rule }) => rule))).toEqual(new Set(forbidden!.map(({ name }) => name)))
      const planted = new Set(plants.map(({ file }) => file))
      expect(seen.filter((line) => !planted.has(line.split(' ')[1]!))).toEqual([])
    })
  })
})

describe('the environment and the real clock', () => {
  /** The clock itself; the time that goes into an id; what BullMQ subtracts its own time from at once; what bottleneck counts by. */
  const known = [
    'base/clock.ts: new Date()',
    'base/ids.ts: Date.now',
    'queue/outcomes.ts: Date.now',
    'workers/pace.ts: Date.now',
  ]

  it('are read by main.ts and cli.ts only', async () => {
    const { modules } = await read(root)
    const sources = modules
      .map(({ source }) => source)
      .filter((source) => source.endsWith('.ts') && !source.includes('node_modules'))
    const bound = sources.filter((source) =>
      [...rooms, ...processes, 'cli'].some((room) => source.startsWith(`${room}/`)),
    )
    expect(bound.length).toBeGreaterThan(100)
    const reads = bound
      .filter((source) => !/^\w+\/main\.ts$/.test(source))
      .flatMap((source) => outsideReads(readFileSync(join(root, source), 'utf8')).map((read) => `${source}: ${read}`))
    expect(reads.sort()).toEqual(known)
    expect(outsideReads(readFileSync(join(root, 'cli.ts'), 'utf8'))).toEqual(['systemClock', 'process.env'])
  })

  it.each([
    ['const port = process.env.PORT', ['process.env']],
    [`const port = process['env']['PORT']`, ['process.env']],
    ['const { env } = process', ['process']],
    [`import { env } from 'node:process'`, ['process']],
    ['export function due(now: Date = new Date()): Date { return now }', ['new Date()']],
    ['const late = (at: number) => at < Date.now()', ['Date.now']],
    ['const clock = { now: Date.now }', ['Date.now']],
    ['const text: string = Date()', ['Date()']],
    [`import { systemClock } from '#base'`, ['systemClock']],
    [`import { systemClock as clock } from '#base'`, ['systemClock']],
    ['const at = new Date(0) // never new Date(), nor process.env', []],
    [`const words = 'Date.now() process.env'`, []],
  ])('%s', (source, reads) => expect(outsideReads(source)).toEqual(reads))
})
