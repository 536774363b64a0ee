import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eraseRest, intake, servingRole, stepLanes } from '#store'
import type { IntakeView, Step, Stepped } from '#store'
import { until } from '../support/house.ts'
import { emptyLedger } from './arena.ts'
import type { EmptyLedger } from './arena.ts'

let ledger: EmptyLedger
beforeAll(async () => {
  ledger = await emptyLedger()
})
afterAll(() => ledger.close())

/** How often each of the tables that grow was read from end to end, as the server counts it. */
async function wholeReads(): Promise<Record<string, number>> {
  await ledger.owner.query('SELECT pg_stat_force_next_flush()')
  const { rows } = await ledger.owner.query<{ name: string; scans: number }>(
    `SELECT relname AS name, seq_scan::int AS scans FROM pg_stat_user_tables
     WHERE relname IN ('contact', 'case', 'delivery', 'message', 'event', 'person')`,
  )
  return Object.fromEntries(rows.map(({ name, scans }) => [name, scans]))
}

/** A connection reports what it read at the latest when its server process ends. */
async function untilGone(): Promise<void> {
  await until(async () => {
    const { rowCount } = await ledger.owner.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IS NOT NULL
         AND usename = $1`,
      [servingRole],
    )
    return rowCount === 0
  }, 'the serving connections are still there')
}

test('looking up who speaks, and stepping on lanes, read no table from end to end', async () => {
  const personId = await ledger.person('gw-plan')
  const [web, phone, own] = [await ledger.contact(), await ledger.contact(), await ledger.contact({ personId })]
  await ledger.owner.query('UPDATE contact SET resident_id = $1 WHERE id = $2', [web, phone])
  const unsaid = await ledger.delivery({ contactId: web, status: 'unknown', text: '没收到的' })
  // An answer to be judged: whether it was shown is looked up as well.
  const answered = randomUUID()
  await ledger.owner.query(
    `INSERT INTO "case" (id, number, status, version, head_hash, contact_id, opened_at, last_said_at, state)
     VALUES ($1, '1000-8', 'answered', 1, '', $2, now(), now(), '{}')`,
    [answered, web],
  )
  await ledger.owner.query(
    `INSERT INTO delivery (id, lane, contact_id, case_id, template, text, status, not_before, created_at, finished_at)
     VALUES ($1, $2::text, $2::text::uuid, $3, 'resident-answered', '有答复了', 'sent', now(), now(), now())`,
    [randomUUID(), web, answered],
  )
  const lanes = [web, phone, `person:${personId}`]
  const views: IntakeView[] = []
  const look = () =>
    intake(
      ledger.pool,
      [phone, own].map((id) => ({
        channel: 'official-account',
        addressHash: Buffer.from(id),
        dedupeKey: randomUUID(),
        nonce: randomUUID(),
        numbers: ['1042-9'],
        code: null,
        pickup: null,
      })),
      0,
      new Date(),
      (view) => {
        views.push(view)
        return {
          contacts: [],
          messages: [],
          cases: [],
          deliveries: [],
          outbox: [],
          reopenedLanes: [],
          redeemed: [],
          pickedUp: [],
          unbound: [],
          resolved: [],
          spentNonces: [],
          departed: [],
          erasures: [],
          media: [],
        }
      },
    )
  const step = () => {
    const steps = lanes.map((lane) => ({ lane, lease: randomUUID(), finished: null }))
    return stepLanes(ledger.pool, steps, 30_000, new Date(), (windows) => windows)
  }
  const before = await wholeReads()
  for (let n = 0; n < 8; n++) {
    await look()
    await step()
  }
  await ledger.endPool()
  await untilGone()
  expect(await wholeReads()).toEqual(before)
  const contacts = views[0]!.contacts
  const seen = contacts.get(`official-account ${Buffer.from(phone).toString('hex')}`)!
  expect(new Set(seen.accounts)).toEqual(new Set([web, phone]))
  expect(seen.unsaid).toMatchObject([{ id: unsaid.id, text: '没收到的' }])
  expect(seen.pushed).toEqual([
    { caseId: answered, isAnswer: true, ago: expect.any(Number), endedAt: expect.any(String) },
  ])
})

test.each(['a resident', 'a deputy'])(
  'a step on the lane of %s reads what it needs, however many wait there and were sent before',
  async (who) => {
    const personId = who === 'a deputy' ? await ledger.person('bd-plans') : undefined
    const contactId = await ledger.contact({ ...(personId !== undefined && { personId }) })
    const lane = personId === undefined ? contactId : `person:${personId}`
    const add = `INSERT INTO delivery (id, lane, contact_id, template, text, status, not_before, created_at)
    SELECT gen_random_uuid(), $1::text, $3::uuid, 'words', '话', $2, now(), now() FROM generate_series(1, 2000)`
    for (const status of ['sent', 'ready']) await ledger.owner.query(add, [lane, status, contactId])
    const reads = async () => {
      await ledger.owner.query('SELECT pg_stat_force_next_flush()')
      const { rows } = await ledger.owner.query<{ reads: number }>(
        `SELECT (idx_tup_fetch + seq_tup_read)::int AS reads FROM pg_stat_user_tables WHERE relname = 'delivery'`,
      )
      return rows[0]!.reads
    }
    const pool = ledger.servingPool()
    const before = await reads()
    let finished: Step['finished'] = null
    for (let n = 0; n < 10; n++) {
      const steps = [{ lane, lease: randomUUID(), finished }]
      const [{ claim }] = (await stepLanes(pool, steps, 30_000, new Date(), (windows) => windows)) as [Stepped]
      if (claim.state !== 'claimed') throw new Error(claim.state)
      finished = { ids: [claim.delivery.id], lease: claim.delivery.lease, result: { status: 'sent', platformId: null } }
    }
    await pool.end()
    await until(async () => (await reads()) > before, 'the reads are not counted')
    // Finding it, taking it and writing down what became of it: three each, and the versions they leave. Of a deputy's lane the
    // next four are found as well.
    expect((await reads()) - before).toBeLessThan(10 * (personId === undefined ? 10 : 30))
  },
)

test('who leaves is forgotten by index, however much others said and were told', async () => {
  const contactId = await ledger.contact()
  await ledger.owner
    .query(`INSERT INTO delivery (id, lane, contact_id, case_id, template, text, status, not_before, created_at)
    SELECT gen_random_uuid(), n::text, gen_random_uuid(), CASE WHEN n % 2 = 0 THEN gen_random_uuid() END, 'words', '话', 'sent',
      now(), now() FROM generate_series(1, 20000) AS n`)
  await ledger.owner
    .query(`INSERT INTO message (id, channel, dedupe_key, contact_id, type, text, meaning, said_at, received_at)
    SELECT gen_random_uuid(), 'official-account', n::text, gen_random_uuid(), 'text', '话', 'other', now(), now()
    FROM generate_series(1, 20000) AS n`)
  const waiting = await ledger.delivery({ contactId, text: '没说完的' })
  const sent = await ledger.delivery({ contactId, status: 'sent', text: '说过的' })
  await ledger.owner.query('ANALYZE')
  const erasure = { id: randomUUID(), contactId, upTo: new Date().toISOString(), person: null }
  await ledger.owner.query(
    'INSERT INTO erasure (id, contact_id, message_id, up_to, asked_at) VALUES ($1, $2, gen_random_uuid(), $3, $3)',
    [erasure.id, contactId, erasure.upTo],
  )
  const pool = ledger.servingPool()
  const before = await wholeReads()
  await eraseRest(pool, erasure)
  await pool.end()
  const { rows } = await ledger.owner.query('SELECT status, text FROM delivery WHERE id = ANY($1) ORDER BY status', [
    [waiting.id, sent.id],
  ])
  expect(rows).toEqual([
    { status: 'refused', text: '' },
    { status: 'sent', text: '' },
  ])
  await untilGone()
  const { delivery, message } = await wholeReads()
  expect({ delivery, message }).toEqual({ delivery: before['delivery'], message: before['message'] })
})
