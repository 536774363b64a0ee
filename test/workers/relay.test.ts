import { afterEach, expect, test } from 'vitest'
import type { Job, Queues } from '#queue'
import { startRelay } from '../../workers/relay.ts'
import { emptyLedger } from '../store/arena.ts'
import type { EmptyLedger } from '../store/arena.ts'
import { until } from '../support/house.ts'

let ledger: EmptyLedger | undefined
afterEach(async () => {
  await ledger?.close()
  ledger = undefined
})

test('a lane that is busy here is woken and gets no job; every other one gets one, however many rows there are', async () => {
  ledger = await emptyLedger()
  const added: Job[] = []
  const woken: string[] = []
  const queues = { addBulk: async (jobs: readonly Job[]) => void added.push(...jobs) } as Queues
  const wake = (lane: string) => {
    if (lane === 'busy') woken.push(lane)
    return lane === 'busy'
  }
  const lanes = ['busy', 'idle', 'busy', 'idle', 'other']
  await ledger.owner.query(
    `INSERT INTO outbox (name, payload) SELECT 'deliver', json_build_object('lane', l) FROM unnest($1::text[]) AS l`,
    [lanes],
  )
  await ledger.owner.query(`INSERT INTO outbox (name, payload) VALUES ('due', '{"caseId":"busy"}')`)
  const relay = startRelay(ledger.pool, queues, { wake }, (error) => {
    throw error
  })
  await until(async () => (await ledger!.owner.query('SELECT 1 FROM outbox')).rowCount === 0, 'the outbox is not empty')
  await relay.stop()
  expect(woken.length).toBeGreaterThan(0)
  expect(added.map(({ name, payload }) => [name, payload])).toEqual([
    ['deliver', { lane: 'idle' }],
    ['deliver', { lane: 'other' }],
    ['due', { caseId: 'busy' }],
  ])
})

test('what the queue does not take stays in the outbox', async () => {
  ledger = await emptyLedger()
  await ledger.owner.query(`INSERT INTO outbox (name, payload) VALUES ('deliver', '{"lane":"idle"}')`)
  const errors: unknown[] = []
  const queues = { addBulk: () => Promise.reject(new Error('away')) } as unknown as Queues
  const relay = startRelay(ledger.pool, queues, { wake: () => false }, (error) => errors.push(error))
  await until(async () => errors.length > 0, 'the queue was not asked')
  await relay.stop()
  expect((await ledger.owner.query('SELECT 1 FROM outbox')).rowCount).toBe(1)
})
