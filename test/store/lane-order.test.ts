import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepLanes } from '#store'
import { until } from '../support/house.ts'
import { emptyLedger } from './arena.ts'
import type { EmptyLedger } from './arena.ts'

let ledger: EmptyLedger
beforeAll(async () => {
  ledger = await emptyLedger()
})
afterAll(() => ledger.close())

test('what was held back goes before what came later, also when its receiver is heard from at that very moment', async () => {
  const contactId = await ledger.contact()
  const held = await ledger.delivery({ contactId, text: '先说的' })
  await ledger.owner.query(`UPDATE delivery SET status = 'refused', code = 'window-closed' WHERE id = $1`, [held.id])
  await ledger.delivery({ contactId, text: '后说的' })

  // As intake does it: the contact is locked, and what was held is let go of before the commit.
  const client = await ledger.owner.connect()
  await client.query('BEGIN')
  await client.query('SELECT 1 FROM contact WHERE id = $1 FOR UPDATE', [contactId])
  const step = { lane: contactId, lease: randomUUID(), finished: null }
  const stepping = stepLanes(ledger.pool, [step], 30_000, new Date(), (windows) => windows)
  await until(async () => {
    const { rows } = await ledger.owner.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
      AND datname = current_database()`)
    return rows.length > 0
  }, 'the step does not wait for the contact')
  await client.query(`UPDATE delivery SET status = 'ready', code = NULL WHERE id = $1`, [held.id])
  await client.query('COMMIT')
  client.release()

  const [stepped] = await stepping
  expect(stepped!.claim).toMatchObject({ state: 'claimed', delivery: { text: '先说的' } })
})
