import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepLanes } from '#store'
import type { Claim, SendWindow, Step } from '#store'
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

test('where the platform counts otherwise than we do, nothing passes by what it refused', async () => {
  const heard = new Date('2026-11-23T01:00:00Z')
  const windows = [{ kind: 'message', until: '2026-11-25T01:00:00.000Z', left: 5 }]
  const contactId = await ledger.contact({ windows, lastHeardAt: heard })
  await ledger.delivery({ contactId, text: '先说的' })
  await ledger.delivery({ contactId, text: '后说的' })
  let finished: Step['finished'] = null
  const step = async () => {
    const spend = ([first]: SendWindow[]) => (first && first.left > 0 ? [{ ...first, left: first.left - 1 }] : null)
    const steps = [{ lane: contactId, lease: randomUUID(), finished }]
    const [stepped] = await stepLanes(ledger.pool, steps, 30_000, new Date('2026-11-24T01:00:00Z'), spend)
    return stepped!.claim
  }
  const refusedBy = (claim: Claim): Step['finished'] => {
    if (claim.state !== 'claimed') throw new Error(`not claimed: ${claim.state}`)
    const { id, lease } = claim.delivery
    return {
      ids: [id],
      lease,
      result: { status: 'refused', code: '45047', reason: 'out of count', windowsAfter: () => [] },
    }
  }
  const stored = async () =>
    (await ledger.owner.query<{ windows: SendWindow[] }>('SELECT windows FROM contact WHERE id = $1', [contactId]))
      .rows[0]!.windows

  const first = await step()
  expect(first).toMatchObject({ state: 'claimed', delivery: { text: '先说的' } })
  finished = refusedBy(first)
  expect(await step()).toMatchObject({ state: 'refused', code: '45047' })
  expect(await stored()).toEqual([])
  finished = null
  expect(await step()).toMatchObject({ state: 'refused', code: 'window-closed' })

  // Heard from while the next one is on its way: what that opened stays open.
  await ledger.delivery({ contactId, text: '第三句' })
  await ledger.owner.query('UPDATE contact SET windows = $2 WHERE id = $1', [contactId, JSON.stringify(windows)])
  finished = refusedBy(await step())
  await ledger.owner.query(`UPDATE contact SET windows = $2, last_heard_at = $3 WHERE id = $1`, [
    contactId,
    JSON.stringify(windows),
    new Date('2026-11-24T01:00:00Z'),
  ])
  expect(await step()).toMatchObject({ state: 'claimed', delivery: { text: '第三句' } })
  expect(await stored()).toMatchObject([{ left: 4 }])
})
