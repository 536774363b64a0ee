import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eraseMedia, keepMedia, readMedia } from '#store'
import { until } from '../support/house.ts'
import { emptyLedger } from './arena.ts'
import type { EmptyLedger } from './arena.ts'

let ledger: EmptyLedger
beforeAll(async () => {
  ledger = await emptyLedger()
})
afterAll(() => ledger.close())

const now = new Date()
const erased = { status: 'erased', sha256: null, kept: null }
const content = () => {
  const sha256 = Buffer.from(randomUUID().replaceAll('-', '')).toString('hex')
  return { contentType: 'image/jpeg', bytes: 3, sha256 }
}

/** A picture that waits to be fetched, and whose it is. */
async function waiting() {
  const [contactId, message, id] = [randomUUID(), randomUUID(), randomUUID()]
  await ledger.owner.query(
    `INSERT INTO message (id, channel, dedupe_key, contact_id, type, meaning, said_at, received_at)
     VALUES ($1::uuid, 'official-account', $1::uuid::text, $2, 'image', 'other', $3, $3)`,
    [message, contactId, now],
  )
  await ledger.owner.query(
    `INSERT INTO media (id, message_id, status, not_before, created_at) VALUES ($1, $2, 'waiting', $3, $3)`,
    [id, message, now],
  )
  const removed: string[] = []
  const erase = () =>
    eraseMedia(ledger.pool, { contactId, upTo: now.toISOString() }, now, async (sha256) => void removed.push(sha256))
  return { id, erase, removed }
}

/** Until somebody waits for a lock that somebody else has. */
async function untilHeldUp(): Promise<void> {
  await until(async () => {
    const { rowCount } = await ledger.owner.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    return rowCount === 1
  }, 'nobody waits')
}

test('who leaves while their picture is being put away takes it along', async () => {
  const { id, erase, removed } = await waiting()
  const [begun, put] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const picture = content()
  const keeping = keepMedia(ledger.pool, id, picture, 'folder', now, () => {
    begun.resolve()
    return put.promise
  })
  await begun.promise
  const erasing = erase()
  await untilHeldUp()
  put.resolve()
  await Promise.all([keeping, erasing])
  expect(removed).toEqual([picture.sha256])
  expect(await readMedia(ledger.pool, id)).toMatchObject(erased)
})

test('who leaves at the moment their picture was fetched, after it was looked for, takes it along', async () => {
  const { id, erase, removed } = await waiting()
  const picture = content()
  const client = await ledger.owner.connect()
  await client.query('BEGIN')
  await client.query('SELECT 1 FROM media WHERE id = $1 FOR UPDATE', [id])
  const erasing = erase()
  await untilHeldUp()
  await client.query(`UPDATE media SET status = 'fetched', sha256 = $2, kept = 'folder' WHERE id = $1`, [
    id,
    picture.sha256,
  ])
  await client.query('COMMIT')
  client.release()
  await erasing
  expect(removed).toEqual([picture.sha256])
  expect(await readMedia(ledger.pool, id)).toMatchObject(erased)
})

test('who leaves after a worker was killed over their picture takes along what it had put', async () => {
  const { id, erase, removed } = await waiting()
  const picture = content()
  const killed = keepMedia(ledger.pool, id, picture, 'folder', now, () => Promise.reject(new Error('killed')))
  await expect(killed).rejects.toThrow('killed')
  await erase()
  expect(removed).toEqual([picture.sha256])
  expect(await readMedia(ledger.pool, id)).toMatchObject(erased)
})

test('content that somebody else sent too is not removed, until they leave as well', async () => {
  const [one, other] = [await waiting(), await waiting()]
  const picture = content()
  for (const { id } of [one, other]) await keepMedia(ledger.pool, id, picture, 'folder', now, async () => {})
  await one.erase()
  expect(one.removed).toEqual([])
  await other.erase()
  expect(other.removed).toEqual([picture.sha256])
})
