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

/** Writes the city's rolls into the ledger: new people are added, known ones updated, missing ones set aside; groups stay (`importGroups`). */
export async function importPeople(pool: pg.Pool, people: PersonRow[]): Promise<void> {
  await pool.query(
    `WITH roll AS (
       SELECT * FROM json_to_recordset($1) AS r(id text, role text, name text, region text, station text,
         organisation text, topics text[], leave jsonb)
     ), gone AS (
       UPDATE person SET active = false WHERE active AND role <> 'group' AND id NOT IN (SELECT id FROM roll)
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
}

/** Everybody on the rolls, and whether an account of theirs is bound. */
export async function listPeople(pool: pg.Pool): Promise<PersonListed[]> {
  const { rows } = await pool.query<PersonListed>({
    name: 'people',
    text: `SELECT p.id, p.role, p.name, p.region, p.station, p.organisation, p.topics, p.leave,
             EXISTS (SELECT 1 FROM contact c WHERE c.person_id = p.id) AS bound
           FROM person p WHERE p.active ORDER BY p.id`,
  })
  return rows
}

/**
 * How many cases each deputy holds and owes something on, by id, in place of what stood in `loads`. Goes through all open
 * ones: not for every few seconds.
 */
export async function countLoads(pool: pg.Pool, loads: Map<string, number>): Promise<void> {
  const { rows } = await pool.query<{ id: string; load: number }>({
    name: 'loads',
    text: `SELECT deputy_id AS id, count(*)::int AS load FROM "case"
           WHERE status IN ('routed', 'accepted', 'answered', 'promised') GROUP BY deputy_id`,
  })
  loads.clear()
  for (const { id, load } of rows) loads.set(id, load)
}
