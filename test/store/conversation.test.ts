import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { contactOf, readConversations } from '#store'
import type { Position, Spoken } from '#store'
import { emptyLedger } from './arena.ts'
import type { EmptyLedger } from './arena.ts'

const channel = 'official-account'
const start = Date.parse('2025-11-24T01:00:00Z')
const at = (seconds: number) => new Date(start + seconds * 1000)

let ledger: EmptyLedger
let contact: string
beforeAll(async () => {
  ledger = await emptyLedger()
})
afterAll(() => ledger.close())
beforeEach(async () => {
  contact = await ledger.contact()
})

async function said(contactId: string, seconds: number, text: string | null, answer: string | null = null) {
  const id: string = randomUUID()
  await ledger.owner.query(
    `INSERT INTO message (id, channel, dedupe_key, contact_id, type, text, meaning, answer, said_at, received_at)
     VALUES ($1::uuid, $2, $1::text, $3, 'text', $4, 'opened', $5, $6, $6)`,
    [id, channel, contactId, text, answer, at(seconds)],
  )
  return id
}

/** A delivery that came about then, and was over so much later on that account. */
async function told(account: string | null, seconds: number, text: string, status = 'sent', later = 1) {
  const id: string = randomUUID()
  await ledger.owner.query(
    `INSERT INTO delivery (id, lane, account_id, template, text, status, not_before, created_at, finished_at)
     VALUES ($1::uuid, $1::text, $2, 'resident-progress', $3, $4, $5, $5, $6)`,
    [id, account, text, status, at(seconds), at(seconds + later)],
  )
  return id
}

const hashOf = (contactId: string) => Buffer.from(contactId)
const read = async (contactId: string, since: Position | null = null, most = 100) =>
  (await readConversations(ledger.pool, channel, [{ addressHash: hashOf(contactId), since }], most, new Date()))[0]!
const words = ({ spoken }: { spoken: Spoken[] }) => spoken.map(({ text }) => text)

describe('a conversation', () => {
  test('is what was said and answered, and what was told, in the order it came about', async () => {
    await said(contact, 0, '路灯坏了', '已收到')
    await told(contact, 20, '已接单')
    await said(contact, 10, '进度', '办理中')
    await told(contact, 30, '有进展')
    const { spoken, position } = await read(contact)
    expect(spoken.map(({ way, text, answer, at }) => [way, text, answer, at - start])).toEqual([
      ['said', '路灯坏了', '已收到', 0],
      ['said', '进度', '办理中', 10_000],
      ['told', '已接单', null, 20_000],
      ['told', '有进展', null, 30_000],
    ])
    expect(position).toEqual({ heard: at(10).getTime() * 1000, told: at(31).getTime() * 1000 })
  })

  test('holds what may have arrived, and nothing that waits, was refused, or went to another account', async () => {
    const other = await ledger.contact()
    await told(contact, 1, '到了')
    await told(contact, 2, '不知道', 'unknown')
    for (const status of ['ready', 'sending', 'refused', 'resolved']) await told(contact, 3, status, status)
    await told(other, 4, '别人的')
    await told(null, 5, '谁的都不是')
    await said(other, 6, '别人说的')
    expect(words(await read(contact))).toEqual(['到了', '不知道'])
  })

  test('goes on from a position; what showed itself late, by up to half a minute, is not missed', async () => {
    await said(contact, 100, '先看见')
    await told(contact, 99, '先到')
    const first = await read(contact)
    expect(words(first)).toEqual(['先到', '先看见'])
    // Commits of transactions that began earlier.
    await said(contact, 75, '后看见')
    await told(contact, 74, '后到')
    await said(contact, 60, '太晚了')
    expect(new Set(words(await read(contact, first.position)))).toEqual(new Set(['先到', '先看见', '后到', '后看见']))
    await said(contact, 200, '新的')
    const next = await read(contact, (await read(contact, first.position)).position)
    expect(words(next)).toContain('新的')
    expect(words(await read(contact, next.position))).toEqual(expect.arrayContaining(['新的']))
    expect(words(await read(contact, next.position))).not.toContain('先看见')
  })

  test('a position from before the clocks were set back misses nothing', async () => {
    const hourAhead = (Date.now() + 3_600_000) * 1000
    const since = { heard: hourAhead, told: hourAhead }
    const now = (Date.now() - start) / 1000
    await said(contact, now, '又坏了')
    await told(contact, now, '有进展', 'sent', 0)
    await said(contact, now - 60, '早看过')
    await told(contact, now - 60, '早到了', 'sent', 0)
    const { spoken, position } = await read(contact, since)
    expect(new Set(spoken.map(({ text }) => text))).toEqual(new Set(['又坏了', '有进展']))
    expect(position).toEqual(since)
  })

  test('of a long one the end is read', async () => {
    for (let n = 0; n < 8; n++) await said(contact, n, `第${n}`)
    expect(words(await read(contact, null, 3))).toEqual(['第5', '第6', '第7'])
  })

  test('of many at once each gets their own, in the order they asked; nobody known gets nothing', async () => {
    const other = await ledger.contact()
    await said(contact, 1, '甲')
    await said(other, 2, '乙')
    const readings = [other, randomUUID(), contact, other].map((id) => ({ addressHash: hashOf(id), since: null }))
    const reads = await readConversations(ledger.pool, channel, readings, 10, new Date())
    expect(reads.map(words)).toEqual([['乙'], [], ['甲'], ['乙']])
    expect(reads[1]!.position).toEqual({ heard: 0, told: 0 })
    const elsewhere = [{ addressHash: hashOf(contact), since: null }]
    expect(await readConversations(ledger.pool, 'web', elsewhere, 10, new Date())).toEqual([
      { spoken: [], position: { heard: 0, told: 0 } },
    ])
  })

  test('is found by its address alone', async () => {
    expect(await contactOf(ledger.pool, channel, hashOf(contact))).toBe(contact)
    expect(await contactOf(ledger.pool, 'web', hashOf(contact))).toBeNull()
  })
})

interface Plan {
  'Node Type': string
  'Index Name'?: string
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  Plans?: Plan[]
}

test('reading touches by index only what is new, whatever else there is', async () => {
  await ledger.owner.query(
    `INSERT INTO message (id, channel, dedupe_key, contact_id, type, text, meaning, said_at, received_at)
     SELECT gen_random_uuid(), 'x', 'k' || n, CASE WHEN n % 10 = 0 THEN $1::uuid ELSE gen_random_uuid() END, 'text', '字', 'opened', $2, $2
     FROM generate_series(1, 20000) n`,
    [contact, at(0)],
  )
  await ledger.owner.query(
    `INSERT INTO delivery (id, lane, account_id, template, text, status, not_before, created_at, finished_at)
     SELECT gen_random_uuid(), 'x', CASE WHEN n % 10 = 0 THEN $1::uuid ELSE gen_random_uuid() END, 't', '字', 'sent', $2, $2, $2
     FROM generate_series(1, 20000) n`,
    [contact, at(0)],
  )
  await ledger.owner.query('ANALYZE message; ANALYZE delivery; ANALYZE contact')
  await said(contact, 1_000, '新的')
  const position = { heard: at(900).getTime() * 1000, told: at(900).getTime() * 1000 }
  const { found, plan } = await explained((pool) =>
    readConversations(pool, channel, [{ addressHash: hashOf(contact), since: position }], 200, new Date()),
  )
  expect(found[0]!.spoken.map(({ text }) => text)).toEqual(['新的'])
  const nodes: Plan[] = []
  const walk = (node: Plan) => {
    nodes.push(node)
    node.Plans?.forEach(walk)
  }
  walk(plan)
  const reads = nodes.filter((node) => node['Relation Name'] !== undefined)
  expect(Object.fromEntries(reads.map((node) => [node['Relation Name'], node['Index Name']]))).toEqual({
    contact: 'contact_address',
    delivery: 'delivery_account',
    message: 'message_contact',
  })
  for (const node of reads) expect(node['Actual Rows'] * node['Actual Loops']).toBeLessThanOrEqual(1)
})

/** Runs it, and its one named statement once more to see how. */
async function explained<T>(run: (pool: pg.Pool) => Promise<T>): Promise<{ found: T; plan: Plan }> {
  let plan: Plan | null = null
  const client = await ledger.pool.connect()
  const query = client.query.bind(client) as (statement: unknown) => Promise<{ rows: unknown[] }>
  const watched = {
    async query(statement: string | { text: string; values: unknown[] }) {
      if (typeof statement !== 'string') {
        const { text, values } = statement
        const { rows } = await query({ text: `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values })
        plan = (rows as { 'QUERY PLAN': { Plan: Plan }[] }[])[0]!['QUERY PLAN'][0]!.Plan
      }
      return query(statement)
    },
    release: () => {},
  }
  try {
    const found = await run({ options: { pipeline: true }, connect: async () => watched } as unknown as pg.Pool)
    return { found, plan: plan! }
  } finally {
    client.release()
  }
}
