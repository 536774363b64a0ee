import type pg from 'pg'
import type { CaseWrite, DeliveryRow, ErasureRow, OutboxRow } from './rows.ts'
import type { StoredCase } from './cases.ts'
import { dropHint } from './hints.ts'
import { inTransaction } from './transaction.ts'
import { dropTwins } from './twins.ts'
import { write } from './write.ts'

/** An erasure that is still to be done. */
export interface Erasure {
  id: string
  contactId: string
  /** ISO 8601; nothing that was said after it is touched. */
  upTo: string
  /** Whose account it was, for people on the rolls, and whether another one of theirs is bound. */
  person: { id: string; stillBound: boolean } | null
}

/** Inside intake's transaction, before its writes: the address goes at once, so that whoever comes back is somebody new. */
export async function forgetAddresses(client: pg.ClientBase, contactIds: string[]): Promise<void> {
  await client.query(
    `UPDATE contact SET address_hash = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
       address_sealed = NULL WHERE id = ANY($1)`,
    [contactIds],
  )
}

/** Inside intake's transaction. */
export async function noteErasures(client: pg.ClientBase, erasures: ErasureRow[]): Promise<void> {
  await client.query(
    `INSERT INTO erasure (id, contact_id, message_id, person_id, up_to, asked_at)
     SELECT id, "contactId", "messageId", "personId", "upTo", "askedAt" FROM json_to_recordset($1)
       AS r(id uuid, "contactId" uuid, "messageId" uuid, "personId" text, "upTo" timestamptz, "askedAt" timestamptz)`,
    [JSON.stringify(erasures)],
  )
}

/** Null once it is done. */
export async function readErasure(pool: pg.Pool, id: string): Promise<Erasure | null> {
  const { rows } = await pool.query<{ contactId: string; upTo: Date; personId: string | null; stillBound: boolean }>(
    `SELECT contact_id AS "contactId", up_to AS "upTo", person_id AS "personId",
       EXISTS (SELECT 1 FROM contact c WHERE c.person_id = e.person_id) AS "stillBound"
     FROM erasure e WHERE id = $1 AND done_at IS NULL`,
    [id],
  )
  if (!rows[0]) return null
  const { contactId, upTo, personId, stillBound } = rows[0]
  return {
    id,
    contactId,
    upTo: upTo.toISOString(),
    person: personId === null ? null : { id: personId, stillBound },
  }
}

/** Erasures whose job got lost: asked for longer than `olderMs` ago and not done. */
export async function openErasures(pool: pg.Pool, now: Date, olderMs: number, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT id FROM erasure WHERE done_at IS NULL AND asked_at < $1 ORDER BY asked_at LIMIT $2',
    [new Date(now.getTime() - olderMs), limit],
  )
  return rows.map(({ id }) => id)
}

/** A case that somebody who left had a part in. */
export interface CaseToErase {
  id: string
  /** They reported it from another account, which did not leave: the case keeps its resident. */
  onlyWords: boolean
}

/**
 * Cases that the contact reported, or that another account of the same resident did and it said more of. When they spoke
 * counts, as `upTo` does, by the platform's clock: ours may have been ahead.
 */
export async function casesToErase(pool: pg.Pool, { contactId, upTo }: Erasure): Promise<CaseToErase[]> {
  const { rows } = await pool.query<CaseToErase>(
    `SELECT c.id, c.contact_id <> $1 AS "onlyWords"
     FROM (SELECT DISTINCT case_id AS id FROM message WHERE contact_id = $1 AND said_at <= $2) said
       JOIN "case" c ON c.id = said.id JOIN contact o ON o.id = c.contact_id
     WHERE COALESCE(o.resident_id, o.id) = (SELECT COALESCE(resident_id, id) FROM contact WHERE id = $1)
     ORDER BY c.opened_at`,
    [contactId, upTo],
  )
  return rows
}

/** What is left of one message's words: both null where nothing is. */
export interface Remains {
  message: string
  text: string | null
  salt: string | null
}

/**
 * Takes the words of one case away, under its row lock and in one transaction with the event that says so. `think` sees
 * those of its messages that no earlier erasure has touched. `hide` does to copies of the words, in what others were
 * told, what `think` does to the words.
 */
export function eraseCase(
  pool: pg.Pool,
  erasure: Erasure,
  { id: caseId, onlyWords }: CaseToErase,
  think: (
    stored: StoredCase,
    said: { message: string; text: string | null }[],
  ) => { write: CaseWrite; remains: Remains[] } | null,
  hide: (text: string) => string,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<StoredCase>(
      `SELECT state, head_hash AS "headHash", last_said_at AS "lastSaidAt", place_text AS "placeText"
       FROM "case" WHERE id = $1 FOR UPDATE`,
      [caseId],
    )
    const stored = rows[0]
    if (!stored) return
    const said = await client.query<{ message: string; text: string | null }>(
      `SELECT m.id AS message, m.text FROM message m
       WHERE m.id = ANY($1) AND m.contact_id = $2 AND m.said_at <= $3 AND NOT EXISTS (SELECT 1 FROM event e
         WHERE e.case_id = $4 AND e.event::jsonb @> jsonb_build_object('type', 'erased', 'remains',
           jsonb_build_array(jsonb_build_object('message', m.id)))) ORDER BY m.id`,
      [stored.state.words, erasure.contactId, erasure.upTo, caseId],
    )
    const done = think(stored, said.rows)
    if (done === null) return
    await write(client, {
      contacts: [],
      messages: [],
      cases: [done.write],
      deliveries: [],
      outbox: [],
      reopenedLanes: [],
    })
    await eraseWords(client, erasure, done.remains)
    await dropHint(client, caseId)
    await dropTwins(client, [caseId])
    await hideInDeliveries(client, erasure, { id: caseId, words: stored.state.words, onlyWords }, hide)
  })
}

/**
 * What deputies and staff were told of the case quotes its words, also what they were told after its resident had left:
 * all of it, unless they came back and said more of the case. What their other account was told is theirs, and stays.
 */
async function hideInDeliveries(
  client: pg.ClientBase,
  { contactId, upTo }: Erasure,
  { id, words, onlyWords }: CaseToErase & { words: readonly string[] },
  hide: (text: string) => string,
): Promise<void> {
  const { rows } = await client.query<{ id: string; text: string }>(
    `SELECT id, text FROM delivery WHERE case_id = $1 AND contact_id IS DISTINCT FROM $2
       AND (person_id IS NOT NULL OR NOT $5)
       AND created_at < COALESCE((SELECT min(m.received_at) FROM message m
         WHERE m.id = ANY($3) AND m.contact_id = $2 AND m.said_at > $4), 'infinity')`,
    [id, contactId, words, upTo, onlyWords],
  )
  const changed = rows
    .map(({ id, text }) => ({ id, old: text, text: hide(text) }))
    .filter(({ old, text }) => old !== text)
  if (changed.length === 0) return
  await client.query(
    'UPDATE delivery d SET text = r.text FROM json_to_recordset($1) AS r(id uuid, text text) WHERE d.id = r.id',
    [JSON.stringify(changed.map(({ id, text }) => ({ id, text })))],
  )
}

/**
 * All that is no part of a case: what they said in passing, what we said to them, what we answered about their cases.
 * What a deputy or grid worker said on somebody else's case is that case's record, and stays.
 */
export function eraseRest(pool: pg.Pool, erasure: Erasure): Promise<void> {
  const { id, contactId, upTo } = erasure
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ message: string }>(
      `SELECT m.id AS message FROM message m WHERE m.contact_id = $1 AND m.said_at <= $2
         AND (m.text IS NOT NULL OR m.extra IS NOT NULL OR m.answer IS NOT NULL)
         AND NOT EXISTS (SELECT 1 FROM event e WHERE e.case_id = m.case_id AND (e.event->'words'->>'message' = m.id::text
           OR e.event::jsonb @> jsonb_build_object('type', 'erased', 'remains', jsonb_build_array(jsonb_build_object('message', m.id)))))`,
      [contactId, upTo],
    )
    await eraseWords(
      client,
      erasure,
      rows.map(({ message }) => ({ message, text: null, salt: null })),
    )
    await client.query('SELECT erase_answers($1)', [id])
    // Until they were heard from again, if they were: what we had to tell them after they had left is theirs too.
    // By way of the cases that are theirs or that they spoke of, and by an index of what belongs to none: one condition for
    // all would read the whole table.
    await client.query(
      `UPDATE delivery SET text = '', finished_at = COALESCE(finished_at, now()),
         code = CASE WHEN status IN ('ready', 'refused') THEN 'erased' ELSE code END,
         status = CASE WHEN status = 'ready' THEN 'refused' ELSE status END
       WHERE created_at < COALESCE((SELECT min(m.received_at) FROM message m WHERE m.contact_id = $1 AND m.said_at > $2), 'infinity')
         AND id = ANY (ARRAY(
         SELECT d.id FROM (SELECT id FROM "case" WHERE contact_id = $1
           UNION SELECT case_id FROM message WHERE contact_id = $1) c JOIN delivery d ON d.case_id = c.id WHERE d.contact_id = $1
         UNION ALL
         SELECT d.id FROM delivery d WHERE d.contact_id = $1 AND d.case_id IS NULL))`,
      [contactId, upTo],
    )
  })
}

async function eraseWords(client: pg.ClientBase, { id }: Erasure, remains: Remains[]): Promise<void> {
  if (remains.length === 0) return
  await client.query('SELECT erase_words($1, $2, $3, $4)', [
    id,
    remains.map(({ message }) => message),
    remains.map(({ text }) => text),
    remains.map(({ salt }) => salt),
  ])
}

/** Done for good; what is to be told of it is told once, however often the job ran. */
export function finishErasure(
  pool: pg.Pool,
  { id }: Erasure,
  now: Date,
  told: { deliveries: DeliveryRow[]; outbox: OutboxRow[] },
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query('UPDATE erasure SET done_at = $2 WHERE id = $1 AND done_at IS NULL', [
      id,
      now,
    ])
    if (rowCount !== 1) return false
    if (told.deliveries.length > 0)
      await write(client, { contacts: [], messages: [], cases: [], reopenedLanes: [], ...told })
    return true
  })
}
