import type pg from 'pg'
import { idAt, idTime } from '#base'
import type { Case } from '#cases'
import type { TriageEntry } from './cases.ts'

/** What somebody who only suggests took a case for; shown to staff beside it. */
export interface Hint {
  kind: string
  topic: string | null
  /** As it stands in the resident's words. */
  place: string | null
  confidence: number
  model: string
}

export interface HintWanted {
  caseId: string
  /** Every write checks it. */
  lease: string
  attempts: number
  state: Case
  /** All that was said of it so far, first to last. */
  texts: string[]
}

/** Commits come later than the ids in them. */
const overlapMs = 120_000
/** Older cases were left to staff long ago. */
const lookBackMs = 24 * 3_600_000
const page = 500

/**
 * Notes new cases that a second opinion is wanted of; `wants` is asked once of each. Answers true while there are more to
 * look at. What it has seen it remembers itself: after a restart a day's cases are looked at anew, and those noted stay so.
 */
export function createHintSearch(pool: pg.Pool, wants: (state: Case, text: string) => boolean) {
  const seen = new Map<string, number>()
  let from: number | null = null
  return async (now: Date): Promise<boolean> => {
    // Never from later than now: the clock may have been ahead, and what is opened since it came back lies before.
    from = Math.min(from ?? now.getTime() - lookBackMs, now.getTime() - overlapMs)
    const limit = page + seen.size
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM "case" WHERE id > $1 ORDER BY id LIMIT $2', [
      idAt(from),
      limit,
    ])
    const fresh = rows.map(({ id }) => id).filter((id) => !seen.has(id))
    if (fresh.length > 0) await note(fresh, now)
    for (const id of fresh) seen.set(id, idTime(id))
    const more = rows.length === limit
    const reached = more ? Math.min(idTime(rows.at(-1)!.id), now.getTime()) : now.getTime()
    from = Math.max(from, reached - overlapMs)
    for (const [id, at] of seen) if (at < from) seen.delete(id)
    return more
  }

  async function note(ids: string[], now: Date): Promise<void> {
    const { rows } = await pool.query<{ id: string; state: Case; text: string | null }>(
      `SELECT c.id, c.state, m.text FROM "case" c JOIN message m ON m.id = (c.state->'words'->>0)::uuid
       WHERE c.id = ANY($1) AND NOT EXISTS (SELECT 1 FROM case_hint h WHERE h.case_id = c.id)`,
      [ids],
    )
    const wanted = rows.filter(({ state, text }) => text !== null && wants(state, text)).map(({ id }) => id)
    if (wanted.length === 0) return
    await pool.query(
      `INSERT INTO case_hint (case_id, status, not_before, created_at)
       SELECT id, 'waiting', $2, $2 FROM unnest($1::uuid[]) AS id ON CONFLICT DO NOTHING`,
      [wanted, now],
    )
  }
}

/** Those that wait, newest first: of the others staff have seen what they are. Each is nobody else's until `until`. */
export async function claimHints(
  pool: pg.Pool,
  lease: string,
  now: Date,
  until: Date,
  limit: number,
): Promise<HintWanted[]> {
  const { rows } = await pool.query<HintWanted>(
    `WITH claimed AS (
       UPDATE case_hint SET lease = $1, not_before = $3, attempts = attempts + 1 WHERE case_id IN (
         SELECT case_id FROM case_hint WHERE status = 'waiting' AND not_before <= $2
         ORDER BY created_at DESC LIMIT $4 FOR UPDATE SKIP LOCKED)
       RETURNING case_id, attempts)
     SELECT c.id AS "caseId", $1::uuid AS lease, claimed.attempts, c.state,
       COALESCE((SELECT json_agg(m.text ORDER BY m.received_at, m.id) FROM message m
         WHERE m.id IN (SELECT (json_array_elements_text(c.state->'words'))::uuid) AND m.text <> ''), '[]') AS texts
     FROM claimed JOIN "case" c ON c.id = claimed.case_id`,
    [lease, now, until, limit],
  )
  return rows
}

interface Held {
  caseId: string
  lease: string
}

export async function giveHint(pool: pg.Pool, { caseId, lease }: Held, hint: Hint, now: Date): Promise<void> {
  await pool.query(
    `UPDATE case_hint SET status = 'given', kind = $3, topic = $4, place = $5, confidence = $6, model = $7,
       code = NULL, finished_at = $8 WHERE case_id = $1 AND lease = $2 AND status = 'waiting'`,
    [caseId, lease, hint.kind, hint.topic, hint.place, hint.confidence, hint.model, now],
  )
}

/** `retryAt`: null, and it isn't asked again. */
export async function missHint(
  pool: pg.Pool,
  { caseId, lease }: Held,
  { code, retryAt }: { code: string; retryAt: Date | null },
  now: Date,
): Promise<void> {
  await pool.query(
    `UPDATE case_hint SET code = $3, not_before = COALESCE($4, not_before),
       status = CASE WHEN $4::timestamptz IS NULL THEN 'missed' ELSE status END,
       finished_at = CASE WHEN $4::timestamptz IS NULL THEN $5::timestamptz END
     WHERE case_id = $1 AND lease = $2 AND status = 'waiting'`,
    [caseId, lease, code, retryAt, now],
  )
}

/** What was suggested of these cases. */
export async function readHints(pool: pg.Pool, caseIds: readonly string[]): Promise<Map<string, Hint>> {
  const { rows } = await pool.query<Hint & { caseId: string }>(
    `SELECT case_id AS "caseId", kind, topic, place, confidence, model FROM case_hint
     WHERE status = 'given' AND case_id = ANY($1)`,
    [caseIds],
  )
  return new Map(rows.map(({ caseId, ...hint }) => [caseId, hint]))
}

/**
 * Open cases of which something else was suggested than is known, newest first, until staff have said what is right: by
 * setting topic or kind, as they were or otherwise.
 */
export async function listHinted(pool: pg.Pool, limit: number): Promise<TriageEntry[]> {
  const { rows } = await pool.query<TriageEntry>(
    `SELECT c.state, c.place_text AS "placeText", m.text FROM case_hint h JOIN "case" c ON c.id = h.case_id
       LEFT JOIN message m ON m.id = (c.state->'words'->>0)::uuid
     WHERE h.status = 'given' AND c.status NOT IN ('closed', 'withdrawn') AND c.state->>'accused' = '[]'
       AND (split_part(h.topic, '/', 1) IS DISTINCT FROM split_part(c.state->>'topic', '/', 1) OR h.kind <> c.state->>'kind')
       AND NOT EXISTS (SELECT 1 FROM event e WHERE e.case_id = c.id AND e.event->>'type' = 'classified'
         AND e.actor->>'party' = 'staff' AND (e.event->'topic' IS NOT NULL OR e.event->'kind' IS NOT NULL))
     ORDER BY h.finished_at DESC LIMIT $1`,
    [limit],
  )
  return rows
}

/** Inside an erasure's transaction: the place in it is the resident's words. */
export async function dropHint(client: pg.ClientBase, caseId: string): Promise<void> {
  await client.query('DELETE FROM case_hint WHERE case_id = $1', [caseId])
}
