import { createHash, randomInt } from 'node:crypto'
import type pg from 'pg'

/** A person on the rolls. */
export interface PersonRow {
  id: string
  role: string
  name: string
  region: string
  station: string | null
  organisation: string | null
  topics: string[]
  leave: { from: string; until: string }[]
}

/** Writes the city's rolls into the ledger: new people are added, known ones updated, missing ones set aside. */
export async function importPeople(pool: pg.Pool, people: PersonRow[]): Promise<void> {
  await pool.query(
    `WITH roll AS (
       SELECT * FROM json_to_recordset($1) AS r(id text, role text, name text, region text, station text,
         organisation text, topics text[], leave jsonb)
     ), gone AS (
       UPDATE person SET active = false WHERE active AND id NOT IN (SELECT id FROM roll)
     )
     INSERT INTO person (id, role, name, region, station, organisation, topics, leave, active)
     SELECT id, role, name, region, station, organisation, topics, leave, true FROM roll ORDER BY id
     ON CONFLICT (id) DO UPDATE SET role = excluded.role, name = excluded.name, region = excluded.region,
       station = excluded.station, organisation = excluded.organisation, topics = excluded.topics,
       leave = excluded.leave, active = true`,
    [JSON.stringify(people)],
  )
}

export interface PersonListed extends PersonRow {
  bound: boolean
  /** Cases they hold and owe something on. */
  load: number
}

/** Everybody on the rolls, whether an account of theirs is bound, and how much they hold. */
export async function listPeople(pool: pg.Pool): Promise<PersonListed[]> {
  const { rows } = await pool.query<PersonListed>({
    name: 'people',
    text: `SELECT p.id, p.role, p.name, p.region, p.station, p.organisation, p.topics, p.leave,
             EXISTS (SELECT 1 FROM contact c WHERE c.person_id = p.id) AS bound, COALESCE(l.load, 0)::int AS load
           FROM person p LEFT JOIN (SELECT deputy_id, count(*) AS load FROM "case"
             WHERE status IN ('routed', 'accepted', 'answered', 'promised') GROUP BY deputy_id) l ON l.deputy_id = p.id
           WHERE p.active ORDER BY p.id`,
  })
  return rows
}

/** Binding codes lie in the ledger only as this. */
export function bindingCodeHash(code: string): Buffer {
  return createHash('sha256').update(`binding ${code}`).digest()
}

/** Makes a one-time code for a person; earlier unused ones are void. Null when nobody has this id. */
export async function createBindingCode(pool: pg.Pool, personId: string, expiresAt: Date): Promise<string | null> {
  const code = String(randomInt(0, 100_000_000)).padStart(8, '0')
  const { rowCount } = await pool.query(
    `WITH known AS (SELECT id FROM person WHERE id = $2 AND active), void AS (
       DELETE FROM binding_code WHERE person_id = $2 AND redeemed_at IS NULL)
     INSERT INTO binding_code (code_hash, person_id, expires_at) SELECT $1, id, $3 FROM known`,
    [bindingCodeHash(code), personId, expiresAt],
  )
  return rowCount === 1 ? code : null
}
