import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { drainOutbox } from '#store'
import type { OutboxJob } from '#store'
import { emptyLedger } from './arena.ts'
import type { EmptyLedger } from './arena.ts'

let ledger: EmptyLedger
beforeAll(async () => {
  ledger = await emptyLedger()
})
beforeEach(() => ledger.owner.query('DELETE FROM outbox'))
afterAll(() => ledger.close())

const fill = (rows: number) =>
  ledger.owner.query(
    `INSERT INTO outbox (name, payload) SELECT 'deliver', json_build_object('lane', n) FROM generate_series(1, $1::int) AS n`,
    [rows],
  )
const left = async () => {
  const { rows } = await ledger.owner.query<{ n: number }>('SELECT count(*)::int AS n FROM outbox')
  return rows[0]!.n
}
const laneOf = ({ payload }: OutboxJob) => (payload as { lane: number }).lane

test('relays side by side hand on each row once, none more than asked for', async () => {
  await fill(2_000)
  const handed: number[] = []
  const relay = async () => {
    for (;;) {
      const moved = await drainOutbox(ledger.pool, 50, async (jobs) => {
        expect(jobs.length).toBeLessThanOrEqual(50)
        handed.push(...jobs.map(laneOf))
      })
      if (moved === 0 && (await left()) === 0) return
    }
  }
  await Promise.all([relay(), relay(), relay(), relay()])
  expect(handed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2_000 }, (_, n) => n + 1))
})

test('the oldest go first, in order', async () => {
  await fill(30)
  const handed: number[] = []
  expect(await drainOutbox(ledger.pool, 10, async (jobs) => void handed.push(...jobs.map(laneOf)))).toBe(10)
  expect(handed).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(await left()).toBe(20)
})

test('rows stay when the queue does not take them', async () => {
  await fill(5)
  await expect(drainOutbox(ledger.pool, 10, () => Promise.reject(new Error('the queue is away')))).rejects.toThrow(
    'away',
  )
  expect(await left()).toBe(5)
  expect(await drainOutbox(ledger.pool, 10, async () => {})).toBe(5)
})

test('a row whose transaction commits late is not passed by', async () => {
  const late = await ledger.owner.connect()
  await late.query('BEGIN')
  await late.query(`INSERT INTO outbox (name, payload) VALUES ('deliver', '{"lane": 0}')`)
  await fill(3)
  const handed: number[] = []
  await drainOutbox(ledger.pool, 10, async (jobs) => void handed.push(...jobs.map(laneOf)))
  await late.query('COMMIT')
  late.release()
  await drainOutbox(ledger.pool, 10, async (jobs) => void handed.push(...jobs.map(laneOf)))
  expect(handed).toEqual([1, 2, 3, 0])
})

test('nothing is asked of the queue when there is nothing to hand on', async () => {
  let asked = 0
  expect(await drainOutbox(ledger.pool, 10, async () => void (asked += 1))).toBe(0)
  expect(asked).toBe(0)
})
