import type pg from 'pg'
import type { MediaRow } from './rows.ts'
import { inTransaction } from './transaction.ts'

/** What is still to be fetched, and the message it came with. */
export interface MediaWanted {
  id: string
  messageId: string
  channel: string
  type: string
  /** What else the platform said of the message: media ids and the like; null once it was erased. */
  extra: Record<string, unknown> | null
  attempts: number
  createdAt: Date
}

/** Content that was fetched and checked. */
export interface MediaContent {
  contentType: string
  bytes: number
  /** In hex. */
  sha256: string
}

export type MediaKept = 'folder' | 'bucket'

/** Inside intake's transaction. */
export async function noteMedia(client: pg.ClientBase, media: MediaRow[]): Promise<void> {
  await client.query(
    `INSERT INTO media (id, message_id, status, not_before, created_at)
     SELECT id, "messageId", 'waiting', "createdAt", "createdAt"
     FROM json_to_recordset($1) AS r(id uuid, "messageId" uuid, "createdAt" timestamptz)`,
    [JSON.stringify(media)],
  )
}

/** Null unless it still waits. */
export async function readMediaWanted(pool: pg.Pool, id: string): Promise<(MediaWanted & { notBefore: Date }) | null> {
  const { rows } = await pool.query<MediaWanted & { notBefore: Date }>(
    `SELECT a.id, a.message_id AS "messageId", m.channel, m.type, m.extra, a.attempts, a.created_at AS "createdAt",
       a.not_before AS "notBefore"
     FROM media a JOIN message m ON m.id = a.message_id WHERE a.id = $1 AND a.status = 'waiting'`,
    [id],
  )
  return rows[0] ?? null
}

/**
 * Keeps fetched content: `put` is called unless the same content is kept already. One at a time for one content, so that
 * an erasure can't take away what was just found to be there.
 */
export async function keepMedia(
  pool: pg.Pool,
  id: string,
  { contentType, bytes, sha256 }: MediaContent,
  kept: MediaKept,
  now: Date,
  put: () => Promise<void>,
): Promise<void> {
  // Written down first: an erasure then finds what we had put, or had half put, when we were killed.
  await pool.query(`UPDATE media SET sha256 = $2, kept = $3 WHERE id = $1 AND status = 'waiting'`, [id, sha256, kept])
  await inTransaction(pool, async (client) => {
    await lockContent(client, sha256)
    const { rows } = await client.query<{ there: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM media k WHERE k.sha256 = $2 AND k.kept = $3 AND k.status = 'fetched') AS there
       FROM media WHERE id = $1 AND status = 'waiting' FOR UPDATE`,
      [id, sha256, kept],
    )
    // Erased, or fetched by another worker, meanwhile.
    if (!rows[0]) return
    if (!rows[0].there) await put()
    await client.query(
      `UPDATE media SET status = 'fetched', content_type = $2, bytes = $3, sha256 = $4, kept = $5, attempts = attempts + 1,
         code = NULL, reason = NULL, finished_at = $6 WHERE id = $1`,
      [id, contentType, bytes, sha256, kept, now],
    )
  })
}

/** Not now: tried again from `notBefore` on; null: never. */
export async function missMedia(
  pool: pg.Pool,
  id: string,
  { code, reason, notBefore }: { code: string; reason: string; notBefore: Date | null },
  now: Date,
): Promise<void> {
  await pool.query(
    `UPDATE media SET code = $2, reason = $3, attempts = attempts + 1, not_before = COALESCE($4, not_before),
       status = CASE WHEN $4::timestamptz IS NULL THEN 'refused' ELSE status END,
       finished_at = CASE WHEN $4::timestamptz IS NULL THEN $5::timestamptz END
     WHERE id = $1 AND status = 'waiting'`,
    [id, code, reason, notBefore, now],
  )
}

/** What should have been tried longer than `olderMs` ago: its job got lost. */
export async function waitingMedia(pool: pg.Pool, now: Date, olderMs: number, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM media WHERE status = 'waiting' AND not_before < $1 ORDER BY not_before LIMIT $2`,
    [new Date(now.getTime() - olderMs), limit],
  )
  return rows.map(({ id }) => id)
}

export interface MediaListed {
  id: string
  type: string
  number: string | null
  status: string
  contentType: string | null
  bytes: number | null
  sha256: string | null
  kept: MediaKept | null
  code: string | null
  reason: string | null
  createdAt: Date
}

const listed = `SELECT a.id, m.type, c.number, a.status, a.content_type AS "contentType", a.bytes, a.sha256, a.kept, a.code,
  a.reason, a.created_at AS "createdAt"
  FROM media a JOIN message m ON m.id = a.message_id LEFT JOIN "case" c ON c.id = m.case_id`

/** For staff, newest first. */
export async function listMedia(pool: pg.Pool, status: string, limit: number): Promise<MediaListed[]> {
  const { rows } = await pool.query<MediaListed>(`${listed} WHERE a.status = $1 ORDER BY a.created_at DESC LIMIT $2`, [
    status,
    limit,
  ])
  return rows
}

export async function readMedia(pool: pg.Pool, id: string): Promise<MediaListed | null> {
  const { rows } = await pool.query<MediaListed>(`${listed} WHERE a.id = $1`, [id])
  return rows[0] ?? null
}

/** Forgets what came with a contact's messages; `remove` is called for content that nobody else sent too. */
export async function eraseMedia(
  pool: pg.Pool,
  { contactId, upTo }: { contactId: string; upTo: string },
  now: Date,
  remove: (sha256: string, kept: MediaKept) => Promise<void>,
): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT a.id FROM message m JOIN media a ON a.message_id = m.id
     WHERE m.contact_id = $1 AND m.said_at <= $2 AND a.status <> 'erased'`,
    [contactId, upTo],
  )
  for (const { id } of rows) {
    let erased = false
    while (!erased) erased = await inTransaction(pool, (client) => eraseOne(client, id, now, remove))
  }
}

/** False when it was fetched since it was read: its content would stay, with no row that knows of it. */
async function eraseOne(
  client: pg.ClientBase,
  id: string,
  now: Date,
  remove: (sha256: string, kept: MediaKept) => Promise<void>,
): Promise<boolean> {
  const { rows } = await client.query<{ sha256: string | null; kept: MediaKept | null }>(
    'SELECT sha256, kept FROM media WHERE id = $1',
    [id],
  )
  const { sha256, kept } = rows[0]!
  // Before the row, as whoever keeps content does: the other way round they would wait for one another.
  if (sha256 !== null) await lockContent(client, sha256)
  const { rowCount } = await client.query(
    `UPDATE media SET status = 'erased', content_type = NULL, bytes = NULL, sha256 = NULL, kept = NULL, code = NULL,
       reason = NULL, finished_at = $2 WHERE id = $1 AND sha256 IS NOT DISTINCT FROM $3 AND kept IS NOT DISTINCT FROM $4`,
    [id, now, sha256, kept],
  )
  if (rowCount !== 1) return false
  if (sha256 === null || kept === null) return true
  const others = await client.query(
    `SELECT 1 FROM media WHERE sha256 = $1 AND kept = $2 AND status = 'fetched' LIMIT 1`,
    [sha256, kept],
  )
  if (!others.rowCount) await remove(sha256, kept)
  return true
}

async function lockContent(client: pg.ClientBase, sha256: string): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(20250, hashtext($1))', [sha256])
}
