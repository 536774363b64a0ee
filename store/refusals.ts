import type pg from 'pg'

/** Adds to the counters of what was refused at the door. */
export async function countRefusals(
  pool: pg.Pool,
  channel: string,
  byCode: ReadonlyMap<string, number>,
): Promise<void> {
  await pool.query(
    `INSERT INTO refusal (channel, code, count) SELECT $1, code, n FROM unnest($2::text[], $3::bigint[]) AS r(code, n)
     ON CONFLICT (channel, code) DO UPDATE SET count = refusal.count + excluded.count`,
    [channel, [...byCode.keys()], [...byCode.values()]],
  )
}

export async function listRefusals(pool: pg.Pool): Promise<{ channel: string; code: string; count: number }[]> {
  const { rows } = await pool.query<{ channel: string; code: string; count: number }>(
    'SELECT channel, code, count::float8 AS count FROM refusal ORDER BY channel, code',
  )
  return rows
}
