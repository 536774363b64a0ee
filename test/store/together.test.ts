import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expireSending, stepLanes } from '#store'
import type { Claimed, Result, Spend, Step, Together } from '#store'
import { emptyLedger } from './arena.ts'
import type { EmptyLedger } from './arena.ts'

let ledger: EmptyLedger
beforeAll(async () => {
  ledger = await emptyLedger()
})
afterAll(() => ledger.close())

const unlimited: Spend = (windows) => windows
const all: Together = (_channel, _first, next) => next.length

/** A deputy with one account, and so many deliveries that wait for them. */
async function deputyWith(texts: string[], parts: { windows?: { kind: string; until: string; left: number }[] } = {}) {
  const personId = await ledger.person(`bd-${randomUUID()}`)
  await ledger.contact({ personId, ...parts })
  const ids: string[] = []
  for (const text of texts) ids.push((await ledger.delivery({ personId, text })).id)
  return { lane: `person:${personId}`, personId, ids }
}

async function step(
  lane: string,
  finished: Step['finished'] = null,
  { together = all, spend = unlimited, lease = randomUUID() } = {},
) {
  const [stepped] = await stepLanes(ledger.pool, [{ lane, lease, finished }], 30_000, new Date(), spend, together)
  return stepped!
}

function taken({ claim }: Awaited<ReturnType<typeof step>>): Claimed {
  if (claim.state !== 'claimed') throw new Error(`not claimed but ${claim.state}`)
  return claim.delivery
}

const textsOf = ({ text, along }: Claimed) => [text, ...along.map((each) => each.text)]
const ended = ({ id, lease, along }: Claimed, result: Result): Step['finished'] => ({
  ids: [id, ...along.map((each) => each.id)],
  lease,
  result,
})
const statuses = (ids: string[]) => Promise.all(ids.map(async (id) => (await ledger.statusOf(id)).status))

test('what waits for somebody on the rolls is taken at once, in order, and ends at once', async () => {
  const { lane, ids } = await deputyWith(['一', '二', '三'])
  const delivery = taken(await step(lane))
  expect(textsOf(delivery)).toEqual(['一', '二', '三'])
  expect(await statuses(ids)).toEqual(['sending', 'sending', 'sending'])
  expect((await step(lane)).claim).toEqual({ state: 'idle' })

  expect((await step(lane, ended(delivery, { status: 'sent', platformId: 'p-1' }))).ours).toBe(true)
  const { rows } = await ledger.owner.query<{ status: string; platform_id: string; ends: number }>(
    `SELECT status, platform_id, count(*) OVER (PARTITION BY finished_at)::int AS ends FROM delivery WHERE lane = $1`,
    [lane],
  )
  expect(rows).toEqual(ids.map(() => ({ status: 'sent', platform_id: 'p-1', ends: 3 })))
})

test('only so many as the message takes; the rest comes next', async () => {
  const { lane } = await deputyWith(['一', '二', '三'])
  const two: Together = (_channel, _first, next) => Math.min(1, next.length)
  const delivery = taken(await step(lane, null, { together: two }))
  expect(textsOf(delivery)).toEqual(['一', '二'])
  const rest = taken(await step(lane, ended(delivery, { status: 'sent', platformId: null }), { together: two }))
  expect(textsOf(rest)).toEqual(['三'])
})

test('a resident’s deliveries go one by one', async () => {
  const contactId = await ledger.contact()
  for (const text of ['一', '二']) await ledger.delivery({ contactId, text })
  expect(textsOf(taken(await step(contactId)))).toEqual(['一'])
})

test('one message takes one from the window, however many it tells of', async () => {
  const window = { kind: 'message', until: '2100-01-01T00:00:00.000Z', left: 5 }
  const { lane, personId } = await deputyWith(['一', '二', '三'], { windows: [window] })
  const spend: Spend = ([first]) => [{ ...first!, left: first!.left - 1 }]
  expect(textsOf(taken(await step(lane, null, { spend })))).toHaveLength(3)
  const { rows } = await ledger.owner.query('SELECT windows FROM contact WHERE person_id = $1', [personId])
  expect(rows).toEqual([{ windows: [{ ...window, left: 4 }] }])
})

test('what was tried before goes alone, and so does what is behind it until then', async () => {
  const { lane, ids } = await deputyWith(['一', '二', '三', '四'])
  const first = taken(await step(lane, null, { together: (_channel, _first, next) => Math.min(1, next.length) }))
  const result: Result = { status: 'ready', notBefore: new Date(0), code: '-1', reason: 'busy' }
  const seen: string[][] = []
  let finished = ended(first, result)
  for (let n = 0; n < 3; n++) {
    const delivery = taken(await step(lane, finished))
    seen.push(textsOf(delivery))
    finished = ended(delivery, { status: 'sent', platformId: null })
  }
  expect(seen).toEqual([['一'], ['二'], ['三', '四']])
  expect(await statuses(ids.slice(0, 2))).toEqual(['sent', 'sent'])
})

test('what staff send anew goes alone: it may be what the platform choked on', async () => {
  const { lane, ids } = await deputyWith(['一', '二', '三'])
  await ledger.owner.query('UPDATE delivery SET resend_of = gen_random_uuid() WHERE id = ANY($1)', [ids.slice(0, 2)])
  const seen: string[][] = []
  let finished: Step['finished'] = null
  for (let n = 0; n < 3; n++) {
    const delivery = taken(await step(lane, finished))
    seen.push(textsOf(delivery))
    finished = ended(delivery, { status: 'sent', platformId: null })
  }
  expect(seen).toEqual([['一'], ['二'], ['三']])
})

test('what is put off ends the message before it', async () => {
  const { lane, personId } = await deputyWith(['一', '二'])
  await ledger.delivery({ personId, text: '明天', notBefore: new Date(Date.now() + 86_400_000) })
  await ledger.delivery({ personId, text: '后面' })
  expect(textsOf(taken(await step(lane)))).toEqual(['一', '二'])
})

test('a step made again after its commit finds all it took, and nothing more', async () => {
  const { lane, personId } = await deputyWith(['一', '二'])
  const lease = randomUUID()
  expect(textsOf(taken(await step(lane, null, { lease })))).toEqual(['一', '二'])
  await ledger.delivery({ personId, text: '三' })
  const again = taken(await step(lane, null, { lease }))
  expect(textsOf(again)).toEqual(['一', '二'])
  expect(textsOf(taken(await step(lane, ended(again, { status: 'sent', platformId: null }))))).toEqual(['三'])
})

test('a sender that dies leaves all of them unknown, and what it says afterwards counts for none', async () => {
  const { lane, ids } = await deputyWith(['一', '二', '三'])
  const delivery = taken(await step(lane))
  await ledger.owner.query(`UPDATE delivery SET lease_until = now() - interval '1 second' WHERE lane = $1`, [lane])
  expect(await expireSending(ledger.pool)).toBe(3)
  expect((await step(lane, ended(delivery, { status: 'sent', platformId: null }))).ours).toBe(false)
  expect(await statuses(ids)).toEqual(['unknown', 'unknown', 'unknown'])
})
