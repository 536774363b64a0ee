import type pg from 'pg'
import { newId } from '#base'
import { inTransaction } from './transaction.ts'

/** Which deliveries are meant: by id, or by how they ended and since when. */
export type Meant = { ids: readonly string[] } | { status: 'unknown' | 'refused'; since: Date }

/** What became of one that was meant. */
export interface Resent {
  id: string
  /** The new delivery; null: nothing was sent. */
  by: string | null
  /** Why nothing was: there is none; it was sent or may yet be; it may have arrived already; its words were erased. */
  why: 'not-found' | 'status' | 'unknown' | 'erased' | null
  status: string | null
}

interface Old {
  id: string
  lane: string
  text: string
  status: string
  mayHaveArrived: boolean
}

/** Nobody knows, or some of its parts are known to have arrived. */
const mayHaveArrived = `(status = 'unknown' OR (status = 'refused' AND code = 'partly-sent'))`

/** Of these deliveries, how many may have arrived already, if only in part. */
export async function countMayHaveArrived(pool: pg.Pool, meant: Meant): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM delivery WHERE ${mayHaveArrived} AND ${where(meant)}`,
    valuesOf(meant),
  )
  return rows[0]!.count
}

/**
 * Sends again, on the word of staff, what was refused or of which nobody knows: a new delivery at the end of the person's
 * lane, oldest first, counted like any other. The old one is marked `resent`, which also bars it from being resent twice.
 * What may have arrived already is left out unless `evenIfTwice`.
 */
export function resend(pool: pg.Pool, meant: Meant, evenIfTwice: boolean, now: Date): Promise<Resent[]> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Old>(
      `SELECT id, lane, text, status, ${mayHaveArrived} IS TRUE AS "mayHaveArrived"
       FROM delivery WHERE ${where(meant)} ORDER BY seq FOR UPDATE`,
      valuesOf(meant),
    )
    const resent = rows.map((old): Resent => {
      const why = whyNot(old, evenIfTwice)
      return { id: old.id, by: why === null ? newId(now.getTime()) : null, why, status: old.status }
    })
    const pairs = resent.filter(({ by }) => by !== null)
    await client.query(
      `WITH old AS (
         SELECT d.*, r.by, r.position FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS r(id, by, position)
         JOIN delivery d USING (id)
       ), marked AS (
         UPDATE delivery d SET status = 'resent' FROM old WHERE d.id = old.id
       ), added AS (
         INSERT INTO delivery (id, lane, contact_id, person_id, case_id, template, text, status, not_before, created_at, resend_of)
         SELECT by, lane, contact_id, person_id, case_id, template, text, 'ready', $3, $3, id FROM old ORDER BY position
       )
       INSERT INTO outbox (name, payload) SELECT 'deliver', json_build_object('lane', lane) FROM (SELECT DISTINCT lane FROM old) AS r`,
      [pairs.map(({ id }) => id), pairs.map(({ by }) => by), now],
    )
    const found = new Set(rows.map(({ id }) => id))
    const missing = 'ids' in meant ? meant.ids.filter((id) => !found.has(id)) : []
    return [...resent, ...missing.map((id): Resent => ({ id, by: null, why: 'not-found', status: null }))]
  })
}

function whyNot({ text, status, mayHaveArrived }: Old, evenIfTwice: boolean): Resent['why'] {
  if (status !== 'unknown' && status !== 'refused') return 'status'
  if (text === '') return 'erased'
  return mayHaveArrived && !evenIfTwice ? 'unknown' : null
}

function where(meant: Meant): string {
  return 'ids' in meant ? 'id = ANY($1::uuid[])' : 'status = $1 AND created_at >= $2'
}

function valuesOf(meant: Meant): unknown[] {
  return 'ids' in meant ? [meant.ids] : [meant.status, meant.since]
}
