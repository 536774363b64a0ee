import type pg from 'pg'
import type { Case } from '#cases'
import { inTransaction } from './transaction.ts'

/** What is compared of a case. */
export interface TwinRow {
  id: string
  version: number
  /** The resident's words so far. */
  text: string
  place: string | null
  region: string | null
  placeText: string | null
  openedAt: Date
  /** Whoever said it, by all their accounts. */
  resident: string
}

/** Two cases that are likely one matter, and what they have in common. */
export interface TwinLink {
  id: string
  likeness: number
  reason: unknown
}

/**
 * Only these are compared and shown: open, of a resident who was not forgotten, and no complaint about a deputy, which is
 * nobody's business but its own staff's. Praise wants nothing done.
 */
const comparable = (c: string): string =>
  `${c}.status NOT IN ('closed', 'withdrawn') AND ${c}.state->>'accused' = '[]' AND ${c}.state->'erased' IS NULL AND ${c}.state->>'kind' <> 'praise'`

/** Of a letter that goes on in many messages the first say what it is about. */
const firstWords = 4

/** Ids and versions of all cases after `after`, comparable or not, in the order they were opened. */
export async function casesAfter(
  pool: pg.Pool,
  after: string,
  limit: number,
): Promise<{ id: string; version: number; comparable: boolean }[]> {
  const { rows } = await pool.query<{ id: string; version: number; comparable: boolean }>({
    name: 'twins-after',
    text: `SELECT c.id, c.version, ${comparable('c')} AS comparable FROM "case" c WHERE c.id > $1 ORDER BY c.id LIMIT $2`,
    values: [after, limit],
  })
  return rows
}

/** Of these, the ones still comparable, and their versions. */
export async function comparableVersions(pool: pg.Pool, ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ id: string; version: number }>({
    name: 'twins-versions',
    text: `SELECT c.id, c.version FROM "case" c WHERE c.id = ANY($1) AND ${comparable('c')}`,
    values: [ids],
  })
  return new Map(rows.map(({ id, version }) => [id, version]))
}

/** What is to be compared of these cases, in the order they were opened; those without a word are left out. */
export async function twinRows(pool: pg.Pool, ids: readonly string[]): Promise<TwinRow[]> {
  const { rows } = await pool.query<TwinRow>({
    name: 'twins-rows',
    text: `SELECT c.id, c.version, w.text, c.state->>'place' AS place, c.region, c.place_text AS "placeText",
             c.opened_at AS "openedAt", coalesce(o.resident_id, c.contact_id)::text AS resident
           FROM "case" c LEFT JOIN contact o ON o.id = c.contact_id CROSS JOIN LATERAL (
             SELECT string_agg(m.text, E'\\n' ORDER BY s.nth) AS text
             FROM json_array_elements_text(c.state->'words') WITH ORDINALITY AS s(id, nth)
             JOIN message m ON m.id = s.id::uuid WHERE s.nth <= ${firstWords}) w
           WHERE c.id = ANY($1) AND ${comparable('c')} AND w.text <> '' ORDER BY c.id`,
    values: [ids],
  })
  return rows
}

/** The newest comparable case before which `most` more are open; null where there are fewer. */
export async function oldestOfNewest(pool: pg.Pool, most: number): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT c.id FROM "case" c WHERE c.status NOT IN ('closed', 'withdrawn') ORDER BY c.id DESC OFFSET $1 LIMIT 1`,
    [most],
  )
  return rows[0]?.id ?? null
}

/**
 * Puts what was found for one case in the place of what it was found to be like before; what later cases were found to
 * have in common with it stays. Under locks that an erasure has to wait for, so that
 * no word of somebody who was just forgotten is written down again.
 */
export function keepTwins(pool: pg.Pool, id: string, links: readonly TwinLink[], now: Date): Promise<void> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT c.id FROM "case" c WHERE c.id = ANY($1) AND ${comparable('c')} ORDER BY c.id FOR KEY SHARE`,
      [[id, ...links.map((link) => link.id)]],
    )
    const there = new Set(rows.map((row) => row.id))
    await client.query('DELETE FROM case_twin WHERE case_id = $1', [id])
    if (!there.has(id)) return
    const kept = links.filter((link) => there.has(link.id))
    if (kept.length === 0) return
    await client.query(
      `INSERT INTO case_twin (case_id, other_id, likeness, reason, found_at)
       SELECT greatest($1::uuid, r.id), least($1::uuid, r.id), r.likeness, r.reason, $3
       FROM json_to_recordset($2) AS r(id uuid, likeness real, reason jsonb)
       ON CONFLICT (case_id, other_id) DO UPDATE SET likeness = excluded.likeness, reason = excluded.reason`,
      [id, JSON.stringify(kept), now],
    )
  })
}

/** Cases that are no longer to be compared: what quotes them goes. */
export async function dropTwins(client: pg.Pool | pg.ClientBase, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await client.query('DELETE FROM case_twin WHERE case_id = ANY($1) OR other_id = ANY($1)', [ids])
}

/**
 * Makes `holder` the one process that looks for twins, or keeps it so, for `leaseMs`; null while another one is. `upTo`
 * is null where the search is to begin anew.
 */
export async function holdTwinSearch(
  pool: pg.Pool,
  holder: string,
  leaseMs: number,
): Promise<{ upTo: string | null } | null> {
  const { rows } = await pool.query<{ upTo: string | null }>(
    `INSERT INTO twin_search AS t (id, holder, held_until) VALUES (1, $1, now() + $2 * interval '1 ms')
     ON CONFLICT (id) DO UPDATE SET holder = $1, held_until = excluded.held_until
       WHERE t.holder = $1 OR t.holder IS NULL OR t.held_until < now()
     RETURNING up_to AS "upTo"`,
    [holder, leaseMs],
  )
  return rows[0] ?? null
}

/** All cases up to this one were compared. */
export async function noteTwinSearch(pool: pg.Pool, holder: string, upTo: string): Promise<void> {
  await pool.query('UPDATE twin_search SET up_to = $2 WHERE id = 1 AND holder = $1', [holder, upTo])
}

export async function releaseTwinSearch(pool: pg.Pool, holder: string): Promise<void> {
  await pool.query('UPDATE twin_search SET holder = NULL WHERE id = 1 AND holder = $1', [holder])
}

/** Forgets all that was found. Who looks for twins loses its hold, and begins anew. */
export async function restartTwinSearch(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('DELETE FROM case_twin')
    await client.query('UPDATE twin_search SET up_to = NULL, holder = NULL WHERE id = 1')
  })
}

export interface TwinListed {
  likeness: number
  reason: unknown
  foundAt: Date
  later: ListedCase
  earlier: ListedCase
}

/** A case as lists of twins need it. */
export interface ListedCase {
  state: Case
  placeText: string | null
  text: string
  /** Whoever said it, by all their accounts. */
  resident: string
}

interface Listed {
  likeness: number
  reason: unknown
  foundAt: Date
  laterId: string
  earlierId: string
}

/**
 * Links between cases that both are still comparable, the newest first. `regions`: both lie in one of them; null: all.
 */
export async function listTwins(
  pool: pg.Pool,
  { regions, limit }: { regions: readonly string[] | null; limit: number },
): Promise<TwinListed[]> {
  const inside = (c: string): string => `($1::text[] IS NULL OR coalesce(${c}.state->>'place', ${c}.region) = ANY($1))`
  const { rows } = await pool.query<Listed>(
    `SELECT t.likeness, t.reason, t.found_at AS "foundAt", t.case_id AS "laterId", t.other_id AS "earlierId"
     FROM case_twin t JOIN "case" l ON l.id = t.case_id JOIN "case" e ON e.id = t.other_id
     WHERE ${comparable('l')} AND ${comparable('e')} AND ${inside('l')} AND ${inside('e')}
     ORDER BY t.case_id DESC, t.likeness DESC, t.other_id LIMIT $2`,
    [regions, limit],
  )
  const cases = await listedCases(pool, [...new Set(rows.flatMap(({ laterId, earlierId }) => [laterId, earlierId]))])
  return rows.flatMap(({ laterId, earlierId, ...link }) => {
    const later = cases.get(laterId)
    const earlier = cases.get(earlierId)
    return later && earlier ? [{ ...link, later, earlier }] : []
  })
}

async function listedCases(pool: pg.Pool, ids: readonly string[]): Promise<Map<string, ListedCase>> {
  const { rows } = await pool.query<ListedCase>(
    `SELECT c.state, c.place_text AS "placeText", coalesce(m.text, '') AS text,
       coalesce(o.resident_id, c.contact_id)::text AS resident
     FROM "case" c LEFT JOIN message m ON m.id = (c.state->'words'->>0)::uuid LEFT JOIN contact o ON o.id = c.contact_id
     WHERE c.id = ANY($1) AND ${comparable('c')}`,
    [ids],
  )
  return new Map(rows.map((row) => [row.state.id, row]))
}
