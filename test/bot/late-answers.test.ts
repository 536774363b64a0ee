import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { DoorRequest } from '#channels'
import { answerLater, answerNow } from '#store'
import { createKnocker } from '../channels/conformance/conversation.ts'
import { createPostbox } from '../channels/throw-away/channel.ts'
import { startPostbox } from '../channels/throw-away/platform.ts'
import { startTestHouse, until } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

const patienceMs = 200

let house: TestHouse
let platform: Awaited<ReturnType<typeof startPostbox>>
let knock: ReturnType<typeof createKnocker>
let serial = 0
let who = ''

beforeAll(async () => {
  const secret = randomBytes(16).toString('hex')
  const now = { clock: () => new Date() }
  platform = await startPostbox(secret, () => now.clock())
  house = await startTestHouse({
    channels: (clock) => {
      now.clock = clock
      const channel = createPostbox({ secret, url: platform.url }, { clock })
      return [{ ...channel, door: { ...channel.door!, patienceMs } }]
    },
  })
  knock = createKnocker(house, { channel: createPostbox({ secret, url: '' }, now), request: () => null })
})
afterAll(async () => {
  await house.stop()
  await platform.close()
})
beforeEach(() => {
  who = `late-${(serial += 1)}`
})

const note = (id = `id-${who}`): DoorRequest =>
  platform.post(id, who, house.clock(), { type: 'text', text: '晨光社区的路灯坏了' })
const told = ({ body }: { body: string }) => (JSON.parse(body) as { text: string | null }).text
const notes = () => platform.notes.filter(({ to }) => to === who).map(({ text }) => text)
const rows = async () => {
  const { rows } = await house.owner.query<{ status: string; code: string | null; text: string; answer: string }>(
    `SELECT d.status, d.code, d.text, m.answer FROM delivery d JOIN message m ON m.contact_id = d.contact_id
     JOIN contact c ON c.id = m.contact_id WHERE d.template = 'late-answer' AND c.address_hash = $1`,
    [house.ledger.keyring.lookupHash(who)],
  )
  return rows
}

/** Nothing can be stored while it runs, until well after nobody waits any more. */
async function whileSlow<T>(ask: () => Promise<T>): Promise<T> {
  const client = await house.owner.connect()
  try {
    await client.query('BEGIN')
    await client.query('LOCK TABLE contact IN ACCESS EXCLUSIVE MODE')
    const began = performance.now()
    const asked = ask()
    await until(async () => {
      const { rows } = await client.query(`SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'contact'::regclass`)
      return rows.length > 0 && performance.now() - began > 2 * patienceMs
    })
    await client.query('COMMIT')
    return await asked
  } finally {
    client.release()
  }
}

/** As a platform that has lost its patience: gone before the answer. */
async function hungUp(request: DoorRequest): Promise<void> {
  const impatient = AbortSignal.timeout(patienceMs)
  const search = new URLSearchParams(request.query).toString()
  const asked = fetch(`http://127.0.0.1:${house.bot.port}/channels/postbox?${search}`, {
    method: 'POST',
    body: request.body,
    signal: impatient,
  })
  await expect(asked).rejects.toThrow(/timeout/)
}

test('an answer in time is the reply, and no message of its own', async () => {
  expect(told(await knock.with(note()))).toContain('编号')
  expect(await rows()).toEqual([])
})

test('an answer that is late is sent as a message, once', async () => {
  const reply = await whileSlow(() => knock.with(note()))
  expect(reply.status).toBe(200)
  expect(told(reply)).toBeNull()
  await until(() => notes().length > 0, 'the answer did not come')
  const [row] = await rows()
  expect(notes()).toEqual([row!.answer])
  expect(row!.answer).toContain('编号')
  // It has been told: a repetition is answered with nothing more.
  expect(told(await knock.with(note()))).toBeNull()
  expect(notes()).toHaveLength(1)
})

test('three late copies at once: one message', async () => {
  const replies = await whileSlow(() => Promise.all([note(), note(), note()].map((each) => knock.with(each))))
  await until(() => notes().length > 0, 'the answer did not come')
  await until(async () => (await rows()).every(({ status }) => status === 'sent'))
  expect(replies.map(told)).toEqual([null, null, null])
  expect(notes()).toHaveLength(1)
})

test('who hung up and asks again in time gets it as the reply, and no message', async () => {
  await whileSlow(() => hungUp(note()))
  await until(async () => (await rows()).length === 1, 'nothing was to be told later')
  expect(told(await knock.with(note()))).toContain('编号')
  house.clock.advance(60_000)
  await knock.with(platform.post(`next-${who}`, who, house.clock(), { type: 'text', text: '谢谢' }))
  expect((await rows()).map(({ status, code }) => [status, code])).toContainEqual(['cancelled', 'answered-in-time'])
  expect(notes()).toEqual([])
  // And once more: the same again.
  expect(told(await knock.with(note()))).toContain('编号')
})

test('who hung up and never asks again gets it as a message', async () => {
  await whileSlow(() => hungUp(note()))
  await until(async () => (await rows()).length === 1, 'nothing was to be told later')
  expect(notes()).toEqual([])
  house.clock.advance(60_000)
  await until(() => notes().length > 0, 'the answer did not come')
  expect(notes()).toEqual([(await rows())[0]!.answer])
})

test('whichever of the two is first in the ledger wins, whatever process it comes from', async () => {
  await knock.with(note())
  const { pool } = house.ledger
  const key = { channel: 'postbox', dedupeKey: `id-${who}` }
  const now = house.clock()
  expect(await answerNow(pool, key, now)).toBe(true)
  await answerLater(pool, key, now, now)
  expect((await rows()).map(({ status }) => status)).toEqual(['cancelled'])
  const other = `other-${who}`
  await knock.with(note(other))
  await answerLater(pool, { ...key, dedupeKey: other }, now, new Date(now.getTime() + 3_600_000))
  await Promise.all([1, 2, 3].map(() => answerLater(pool, { ...key, dedupeKey: other }, now, now)))
  expect(await answerNow(pool, { ...key, dedupeKey: other }, now)).toBe(true)
  expect(await answerNow(pool, { ...key, dedupeKey: 'never heard of' }, now)).toBe(false)
})
