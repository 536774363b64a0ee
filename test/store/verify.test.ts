import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { wakeAt } from '#cases'
import type { Case, CaseEvent, Chained } from '#cases'
import { compareRoot, readRoot, rootHash, timelineOf, verify } from '#store'
import type { LedgerRoot } from '#store'
import { chain, chainStart } from '../../cases/chain.ts'
import { replay } from '../../cases/evolve.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

let house: TestHouse
let pool: pg.Pool
/** As someone who has the whole database in hand: triggers and foreign keys don't hold them. */
let intruder: pg.Client
let root: LedgerRoot

const tables = ['message', 'event', '"case"']

beforeAll(async () => {
  house = await startTestHouse({ workers: false })
  pool = house.ledger.pool
  const resident = house.resident()
  await resident.say('晨光社区3号楼楼下的路灯坏了两周没人修')
  await resident.sendImage()
  await resident.say('晚上看不见路，老人摔了')
  const { rows } = await house.owner.query<{ deputy_id: string }>('SELECT deputy_id FROM "case"')
  const deputy = await house.bind(rows[0]!.deputy_id)
  await deputy.say('1')
  await deputy.say('答复 A 已经换了灯泡')
  await house.resident().say('虹桥社区的暖气不热')
  await house.resident().sendLocation(36.5, 104.1, '某处')
  root = await readRoot(pool, null, house.clock())

  intruder = new pg.Client(house.database.config)
  await intruder.connect()
  await intruder.query('SET session_replication_role = replica; CREATE SCHEMA spare')
  for (const table of tables) await intruder.query(`CREATE TABLE spare.${table} AS SELECT * FROM public.${table}`)
})
afterAll(async () => {
  await intruder.end()
  await house.stop()
})
beforeEach(async () => {
  for (const table of tables) {
    await intruder.query(`DELETE FROM public.${table}`)
    // What Postgres works out itself can't be written.
    const { rows } = await intruder.query<{ columns: string }>(
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
      [`public.${table}`],
    )
    const [{ columns }] = rows as [{ columns: string }]
    await intruder.query(`INSERT INTO public.${table} (${columns}) SELECT ${columns} FROM spare.${table}`)
  }
})

const faults = async () => (await verify(pool)).faults
const theCase = async () => {
  const { rows } = await house.owner.query<{ id: string; number: string }>(
    'SELECT id, number FROM "case" ORDER BY opened_at LIMIT 1',
  )
  return rows[0]!
}

/** Rewrites a timeline from the ground up, so that chain, case and hashes fit together again. */
async function rewrite(
  id: string,
  change: (timeline: Chained[]) => { at: string; actor: Chained['actor']; event: CaseEvent }[],
) {
  let previous = chainStart(id)
  const timeline = change(await timelineOf(pool, id)).map((recorded, index) => {
    const chained = chain(previous, { seq: index + 1, at: recorded.at, actor: recorded.actor, event: recorded.event })
    previous = chained.hash
    return chained
  })
  const state = replay(id, timeline) as Case
  await intruder.query('DELETE FROM event WHERE case_id = $1', [id])
  for (const { seq, at, actor, event, previous: before, hash } of timeline) {
    await intruder.query(
      'INSERT INTO event (case_id, seq, at, actor, event, previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [id, seq, at, actor, event, before, hash],
    )
  }
  await intruder.query(
    'UPDATE "case" SET state = $2, version = $3, head_hash = $4, status = $5, wake_at = $6 WHERE id = $1',
    [id, state, state.version, previous, state.status, wakeAt(state.due)],
  )
}

describe('verify', () => {
  test('finds a ledger whole after a run, and has read all of it', async () => {
    const report = await verify(pool)
    expect(report).toMatchObject({ cases: 3, faults: [] })
    const { rows } = await house.owner.query<{ n: number }>('SELECT count(*)::int AS n FROM event')
    expect(report.events).toBe(rows[0]!.n)
    expect(report.messages).toBeGreaterThanOrEqual(6)
  })

  test.each([
    [
      'an altered event',
      `UPDATE event SET event = jsonb_set(event::jsonb, '{kind}', '"praise"') WHERE case_id = $1 AND seq = 1`,
      'event 1 was altered',
    ],
    [
      'an altered time',
      `UPDATE event SET at = at - interval '1 hour' WHERE case_id = $1 AND seq = 2`,
      'event 2 was altered',
    ],
    [
      'an altered actor',
      `UPDATE event SET actor = '{"party":"system"}' WHERE case_id = $1 AND seq = 1`,
      'event 1 was altered',
    ],
    ['an event taken out', `DELETE FROM event WHERE case_id = $1 AND seq = 3`, 'event 3 is missing'],
    ['the first event taken out', `DELETE FROM event WHERE case_id = $1 AND seq = 1`, 'event 1 is missing'],
    [
      'the last event taken out',
      `DELETE FROM event WHERE case_id = $1 AND seq = (SELECT version FROM "case" WHERE id = $1)`,
      'the end of its timeline is missing',
    ],
    ['a whole timeline taken out', `DELETE FROM event WHERE case_id = $1`, 'the end of its timeline is missing'],
    [
      'a changed case',
      `UPDATE "case" SET state = jsonb_set(state::jsonb, '{deputy}', '"bd-040"') WHERE id = $1`,
      'not what its timeline adds up to',
    ],
  ])('finds %s', async (_, statement, fault) => {
    const { id, number } = await theCase()
    const { rowCount } = await intruder.query(statement, [id])
    expect(rowCount).toBeGreaterThan(0)
    expect(await faults()).toEqual([expect.stringMatching(new RegExp(`^case ${number}: .*${fault}`))])
  })

  test('finds the last event taken out with the case’s hash set back to fit', async () => {
    const { id, number } = await theCase()
    await intruder.query('DELETE FROM event WHERE case_id = $1 AND seq = (SELECT version FROM "case" WHERE id = $1)', [
      id,
    ])
    await intruder.query(
      'UPDATE "case" SET version = version - 1, head_hash = (SELECT hash FROM event WHERE case_id = $1 ORDER BY seq DESC LIMIT 1) WHERE id = $1',
      [id],
    )
    expect(await faults()).toEqual([`case ${number}: the stored case is not what its timeline adds up to`])
  })

  test.each([
    ['status', `UPDATE "case" SET status = 'closed' WHERE id = $1`],
    ['deputy', `UPDATE "case" SET deputy_id = 'bd-040' WHERE id = $1`],
    ['version', `UPDATE "case" SET version = version + 5 WHERE id = $1`],
    ['number', `UPDATE "case" SET number = '9999-4' WHERE id = $1`],
    [
      'resident',
      `UPDATE "case" SET contact_id = (SELECT id FROM contact WHERE id <> contact_id LIMIT 1) WHERE id = $1`,
    ],
    ['due time', `UPDATE "case" SET wake_at = NULL WHERE id = $1`],
    ['region', `UPDATE "case" SET region = '620403' WHERE id = $1`],
  ])(
    'finds a case whose %s, beside its state, was changed: that is what the desk and the clock look at',
    async (_, statement) => {
      const { id } = await theCase()
      await intruder.query(statement, [id])
      expect(await faults()).toHaveLength(1)
    },
  )

  test('finds altered words, altered particulars, and a message taken out', async () => {
    const { id } = await theCase()
    const altered = `the words of message .+ were altered`
    for (const [statement, fault] of [
      [`UPDATE message SET text = '路灯是好的' WHERE case_id = $1 AND type = 'text' AND meaning = 'opened'`, altered],
      [
        `UPDATE message SET extra = jsonb_set(extra::jsonb, '{mediaId}', '"other"') WHERE case_id = $1 AND type = 'image'`,
        altered,
      ],
      [`UPDATE message SET salt = repeat('0', 32) WHERE case_id = $1 AND meaning = 'opened'`, altered],
      [`UPDATE message SET text = NULL WHERE case_id = $1 AND meaning = 'opened'`, altered],
      [`DELETE FROM message WHERE case_id = $1 AND type = 'image'`, `message .+ is missing`],
    ] as const) {
      await intruder.query('BEGIN')
      expect((await intruder.query(statement, [id])).rowCount).toBe(1)
      await intruder.query('COMMIT')
      expect(await faults(), statement).toEqual([expect.stringMatching(fault)])
      await intruder.query('DELETE FROM message')
      await intruder.query('INSERT INTO message SELECT * FROM spare.message')
    }
  })

  test('finds a case taken out while its timeline is still there', async () => {
    const { id } = await theCase()
    await intruder.query('DELETE FROM "case" WHERE id = $1', [id])
    expect(await faults()).toEqual([`case ${id}: its timeline is there but the case is gone`])
  })

  test('finds words that were taken away without the event of an erasure', async () => {
    await intruder.query('UPDATE message SET text = NULL, extra = NULL, salt = NULL')
    const found = await faults()
    expect(found.length).toBeGreaterThanOrEqual(3)
    expect(found.every((fault) => /the words of message .+ were altered/.test(fault))).toBe(true)
    await intruder.query('DELETE FROM message')
    await intruder.query('INSERT INTO message SELECT * FROM spare.message')
  })

  test('never takes work that goes on meanwhile for a fault', async () => {
    const crowd = Array.from({ length: 40 }, () => house.resident())
    let talking = true
    const talk = (async () => {
      for (let n = 0; talking; n++) {
        await Promise.all(
          crowd.slice((n % 4) * 10, (n % 4) * 10 + 10).map((resident) => resident.say(`晨光社区停水了，第${n}回`)),
        )
      }
    })()
    try {
      for (let n = 0; n < 40; n++) expect(await faults()).toEqual([])
    } finally {
      talking = false
      await talk
    }
  })
})

describe('a daily root', () => {
  test('fits the ledger it was read from, and the one that grew out of it', async () => {
    expect(Object.keys(root.heads)).toHaveLength(3)
    expect(root).toMatchObject({ previous: '', cases: 3, hash: rootHash(root) })
    expect(await compareRoot(pool, root)).toEqual([])

    await house.resident().say('翠湖社区的健身器材坏了')
    const next = await readRoot(pool, root, house.clock())
    expect(next).toMatchObject({ previous: root.hash, cases: 4 })
    expect(await compareRoot(pool, root)).toEqual([])
    expect(await compareRoot(pool, next)).toEqual([])
  })

  test('shows a timeline rewritten from the ground up, which verify cannot see', async () => {
    const { id } = await theCase()
    await rewrite(id, (timeline) =>
      timeline.map((each) =>
        each.event.type === 'opened' ? { ...each, event: { ...each.event, kind: 'praise' } } : each,
      ),
    )
    expect(await faults()).toEqual([])
    expect(await compareRoot(pool, root)).toEqual([`case ${id}: differs from the root of ${root.at}`])
  })

  test('shows a timeline cut short, the case made to fit', async () => {
    const { id } = await theCase()
    await rewrite(id, (timeline) => timeline.slice(0, -1))
    expect(await compareRoot(pool, root)).toEqual([
      `1 events are gone since the root of ${root.at}`,
      `case ${id}: differs from the root of ${root.at}`,
    ])
  })

  test('shows a case taken out with all its traces', async () => {
    const { id } = await theCase()
    for (const statement of [
      'DELETE FROM message WHERE case_id = $1',
      'DELETE FROM event WHERE case_id = $1',
      'DELETE FROM "case" WHERE id = $1',
    ]) {
      await intruder.query(statement, [id])
    }
    expect(await faults()).toEqual([])
    expect(await compareRoot(pool, root)).toEqual([
      `1 cases are gone since the root of ${root.at}`,
      expect.stringContaining('events are gone since'),
      `case ${id}: differs from the root of ${root.at}`,
    ])
  })

  test('that was itself altered says so', async () => {
    const { id } = await theCase()
    const { [id]: _, ...heads } = root.heads
    expect(await compareRoot(pool, { ...root, heads })).toEqual([`the root of ${root.at} was itself altered`])
  })
})
