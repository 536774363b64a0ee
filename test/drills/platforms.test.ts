import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, settled } from '../../drills/platforms/counts.ts'
import { compare, tableOf } from '../../drills/platforms/row.ts'
import { testLedger, testPool } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
let pool: pg.Pool
const now = new Date('2026-11-23T01:00:00Z')
const later = new Date('2026-11-23T16:00:00Z')

beforeAll(async () => {
  database = await testLedger()
  pool = testPool({ ...database.config, max: 2 })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

type Row = { text: string; status: string; code?: string; notBefore?: Date }

/** A lane of its own with these deliveries. */
async function laneOf(...rows: Row[]) {
  const lane = { lane: randomUUID(), since: 0 }
  for (const { text, status, code, notBefore = now } of rows) {
    await pool.query(
      `INSERT INTO delivery (id, lane, contact_id, template, text, status, code, reason, not_before, created_at)
       VALUES ($1, $2, $2::text::uuid, 'resident-progress', $3, $4, $5, $5, $6, $7)`,
      [randomUUID(), lane.lane, text, status, code ?? null, notBefore, now],
    )
  }
  return lane
}
const accountOf = async (rows: Row[], shown: string[]) =>
  account(pool, await laneOf(...rows), shown, (words, { text }) => words === text, now)

test('all is accounted for', async () => {
  const { counts, faults } = await accountOf(
    [
      { text: '一', status: 'sent' },
      { text: '二', status: 'unknown', code: 'TIMEOUT' },
      { text: '三', status: 'unknown', code: 'TIMEOUT' },
      { text: '四', status: 'refused', code: '45015' },
      { text: '五', status: 'ready', code: '45009', notBefore: later },
    ],
    ['一', '二'],
  )
  expect(faults).toEqual([])
  expect(counts).toEqual({ told: 5, sent: 1, unknown: 2, refused: 1, ready: 1, arrived: 2 })
})

test.each<[string, Row[], string[], RegExp]>([
  ['sent and never arrived', [{ text: '一', status: 'sent' }], [], /did not arrive/],
  ['arrived twice', [{ text: '一', status: 'sent' }], ['一', '一'], /twice/],
  ['arrived though it was refused', [{ text: '一', status: 'refused', code: '45015' }], ['一'], /not sent/],
  ['forgotten', [{ text: '一', status: 'ready' }], [], /neither sent nor put off/],
  ['stuck', [{ text: '一', status: 'sending' }], [], /neither sent nor put off/],
  ['unknown without a reason', [{ text: '一', status: 'unknown' }], [], /gives no reason/],
  ['of a state nobody knows', [{ text: '一', status: 'vanished' }], [], /is vanished/],
])('%s is a fault', async (_what, rows, shown, fault) => {
  const { faults } = await accountOf(rows, shown)
  expect(faults.join('; ')).toMatch(fault)
})

test('a lane is at rest when what comes first may not go out yet, or nothing is left', async () => {
  const clock = () => now
  expect(await settled(pool, await laneOf({ text: '一', status: 'sent' }), 1, clock)).toBe(true)
  const waiting = await laneOf({ text: '一', status: 'ready', notBefore: later }, { text: '二', status: 'ready' })
  expect(await settled(pool, waiting, 2, clock)).toBe(true)
})

test('a count that is not what it must be is a fault, and stands in the table', () => {
  const counts = { told: 2, sent: 1, refused: 1, unknown: 0, ready: 0, arrived: 1 }
  expect(compare(counts, { told: 2, sent: 1 })).toEqual([])
  const faults = compare(counts, { sent: 2, refused: 0 })
  expect(faults).toEqual(['sent is 1 and must be 2', 'refused is 1 and must be 0'])
  const table = tableOf([{ platform: 'WeCom', what: '81013', counts, faults }])
  expect(table).toHaveLength(4)
  expect(table[1]).toMatch(/^WeCom +81013 +2 +1 +1 +0 +0 +1$/)
})
