import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBindingCode, intake, unbind } from '#store'
import type { IntakeView, IntakeWrites } from '#store'
import { until } from '../support/house.ts'
import { emptyLedger } from './arena.ts'
import type { EmptyLedger } from './arena.ts'

let ledger: EmptyLedger
const now = new Date('2026-11-23T01:00:00Z')
beforeAll(async () => {
  ledger = await emptyLedger()
})
afterAll(() => ledger.close())

const waiting = async () => {
  const { rowCount } = await ledger.owner.query(
    `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  )
  return rowCount
}

/** What intake writes for a good binding code, in short. */
function bound(view: IntakeView, sender: string, code: string): IntakeWrites {
  const { personId, replaces, accounts } = view.codes.get(code)!
  const [contact] = view.contacts.values()
  const at = now.toISOString()
  return {
    contacts: [{ ...contact!, personId, boundAt: at, addressHash: Buffer.from(sender), addressSealed: null }],
    messages: [
      {
        id: randomUUID(), channel: 'official-account', dedupeKey: randomUUID(), nonce: null, contactId: sender, caseId: null,
        type: 'text', text: null, extra: null, salt: null, meaning: 'bound', answer: null, saidAt: at, receivedAt: at,
      },
    ], // prettier-ignore
    cases: [],
    deliveries: [],
    outbox: [],
    reopenedLanes: [],
    redeemed: [code],
    pickedUp: [],
    unbound: replaces ? accounts : [],
    resolved: [],
    spentNonces: [],
    departed: [],
    erasures: [],
    media: [],
  }
}

test.each([
  ['is unbound with the others', false],
  ['and unbinds the others is unbound, and neither waits for ever', true],
])('an account that binds while all are unbound %s', async (_what, replaces) => {
  const personId = await ledger.person(`bd-${replaces}`)
  await ledger.contact({ personId })
  const sender = await ledger.contact()
  const code = (await createBindingCode(ledger.pool, personId, new Date(now.getTime() + 3_600_000), { replaces }))!

  // Intake has the code, and is held up at its sender; then the office unbinds.
  const client = await ledger.owner.connect()
  await client.query('BEGIN')
  await client.query('SELECT 1 FROM contact WHERE id = $1 FOR UPDATE', [sender])
  const key = { channel: 'official-account', addressHash: Buffer.from(sender), dedupeKey: randomUUID(), nonce: null }
  const binding = intake(ledger.pool, [{ ...key, numbers: [], code, pickup: null }], 0, now, (view) =>
    bound(view, sender, code),
  )
  await until(async () => (await waiting()) === 1, 'intake does not wait for its sender')
  const unbinding = unbind(ledger.pool, personId, null, now, { unbound: '已解绑', remaining: '少了一个' })
  await until(async () => (await waiting()) === 2, 'who unbinds does not wait for the code')
  await client.query('COMMIT')
  client.release()

  const results = await Promise.allSettled([binding, unbinding])
  expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
  expect((await unbinding).map(({ id }) => id)).toContain(sender)
  const { rows } = await ledger.owner.query('SELECT id FROM contact WHERE person_id = $1', [personId])
  expect(rows).toEqual([])
})
