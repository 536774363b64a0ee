import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOfficialAccountClient } from '#channels'
import { startOfficialAccountSimulator } from '#simulators'
import type { Simulator } from '#simulators'
import { loadTemplates } from '#templates'
import { codesWanted, drawSheets } from '../../cli/account-codes.ts'
import { menuLines } from '../../cli/account-menu.ts'
import { openDatabase } from '../../cli/ledger.ts'
import type { Ledger } from '../../cli/ledger.ts'
import { testCity } from '../support/house.ts'
import { testLedger } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'

const account = { appId: 'wx0123456789abcdef', appSecret: 'secret' }
const city = testCity()
const say = loadTemplates('zh-CN', { strict: true })
let now = new Date('2026-11-23T01:00:00Z')
const clock = () => now
let database: TestDatabase
let ledger: Ledger
let simulator: Simulator

beforeAll(async () => {
  database = await testLedger()
  ledger = await openDatabase(database.config, randomBytes(32), city)
})
afterAll(async () => {
  await ledger.close()
  await database.drop()
})
beforeEach(async () => {
  await ledger.pool.query('DELETE FROM qr_code')
  simulator = await startOfficialAccountSimulator({ ...account, token: 't', mode: 'plain', clock })
})
afterEach(() => simulator.close())

const client = () => createOfficialAccountClient({ ...account, apiUrl: simulator.url, mpUrl: simulator.url, clock })

async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const each of all) collected.push(each)
  return collected
}

async function run(options: { deputy?: string; station?: string; all?: boolean }, days: number | null = null) {
  const tools = { pool: ledger.pool, client: client(), appId: account.appId, clock, say, days, factor: 0.3, font: null }
  return collect(drawSheets(codesWanted(city, options), tools))
}
const urlOf = ([sheet]: Awaited<ReturnType<typeof run>>) => (sheet && !sheet.last ? sheet.url : null)

describe('codes', () => {
  test('lead to whom they are for; a second run prints the same and asks for nothing', async () => {
    const first = await run({ deputy: 'bd-001' })
    expect(first).toMatchObject([{ scene: 'd-bd-001', name: '祁若澜代表', isNew: true, missing: [] }])
    expect(simulator.qrCodes.scene(urlOf(first)!)).toBe('d-bd-001')
    const again = await run({ deputy: 'bd-001' })
    expect(again).toMatchObject([{ isNew: false }])
    expect(urlOf(again)).toBe(urlOf(first))
    expect(simulator.qrCodes.asked).toBe(1)
    const station = await run({ station: 'st-01' })
    expect(simulator.qrCodes.scene(urlOf(station)!)).toBe('s-st-01')
  })

  test('of everybody: one for each deputy and station, and a file of all', async () => {
    const wanted = codesWanted(city, { all: true })
    const deputies = city.people.filter(({ role }) => role === 'deputy')
    expect(wanted).toHaveLength(deputies.length + city.stations.length)
    expect(new Set(wanted.map(({ scene }) => scene)).size).toBe(wanted.length)
    const few = {
      pool: ledger.pool,
      client: client(),
      appId: account.appId,
      clock,
      say,
      days: null,
      factor: 0.3,
      font: null,
    }
    const drawn = await collect(drawSheets(wanted.slice(0, 3), few))
    expect(drawn.map(({ last }) => last)).toEqual([false, false, false, true])
    expect(drawn.at(-1)!.pdf.toString('latin1')).toContain('/Count 3')
  })

  test('two runs at once make each code once', async () => {
    const [one, two] = await Promise.all([run({ deputy: 'bd-002' }), run({ deputy: 'bd-002' })])
    expect(urlOf(one)).toBe(urlOf(two))
    expect(simulator.qrCodes.asked).toBe(1)
  })

  test('for a time are made anew once they ended; a permanent one serves in their place, not the other way round', async () => {
    const first = await run({ deputy: 'bd-003' }, 3)
    expect(urlOf(await run({ deputy: 'bd-003' }, 3))).toBe(urlOf(first))
    now = new Date(now.getTime() + 3 * 24 * 3_600_000 + 1000)
    const second = await run({ deputy: 'bd-003' }, 3)
    expect(urlOf(second)).not.toBe(urlOf(first))
    const forEver = await run({ deputy: 'bd-003' })
    expect(urlOf(forEver)).not.toBe(urlOf(second))
    expect(urlOf(await run({ deputy: 'bd-003' }, 30))).toBe(urlOf(forEver))
  })

  test('stop at the platform’s hundred thousand, before it is asked', async () => {
    await ledger.pool.query(
      `INSERT INTO qr_code (account, scene, ticket, url, created_at)
       SELECT $1, 'x-' || n, 't', 'u', now() FROM generate_series(1, 100000) AS n`,
      [account.appId],
    )
    await expect(run({ deputy: 'bd-004' })).rejects.toMatchObject({ code: 'ACCOUNT_CODES_USED_UP' })
    expect(simulator.qrCodes.asked).toBe(0)
    expect(await run({ deputy: 'bd-004' }, 1)).toHaveLength(1)
  })

  test('that the platform refuses say so with its words and rid; nothing is kept', async () => {
    simulator.qrCodes.permanent = 100_000
    await expect(run({ deputy: 'bd-005' })).rejects.toMatchObject({
      code: 'OFFICIAL_ACCOUNT_API',
      message: expect.stringMatching(/45029 .+ rid: /),
    })
    const { rows } = await ledger.pool.query('SELECT 1 FROM qr_code')
    expect(rows).toEqual([])
  })

  test.each([[{}], [{ deputy: 'bd-001', all: true }], [{ deputy: 'nobody' }], [{ station: 'st-99' }]])(
    'of whom is asked clearly: %j',
    (options) => expect(() => codesWanted(city, options)).toThrow(expect.objectContaining({ code: 'ACCOUNT_CODES' })),
  )
})

describe('the menu', () => {
  test('of the demo city is one that the platform takes, and tells back as it was', async () => {
    const speaking = client()
    expect(await speaking.readMenu()).toBeNull()
    await speaking.createMenu(city.menu!)
    expect(await speaking.readMenu()).toEqual(city.menu)
    expect(menuLines(city.menu)).toContain('  查进度  click  progress')
    expect(menuLines(null)).toEqual(['  （没有）'])
  })

  test('that is refused says so with the platform’s words', async () => {
    const button = [{ name: '名字太长太长太长', type: 'click', key: 'help' }]
    await expect(client().createMenu({ button })).rejects.toMatchObject({ message: expect.stringContaining('40018') })
  })
})
