import type pg from 'pg'

/** What became of a set of messages. */
export interface ReplayCounts {
  stored: number
  /** Stored messages by what they were taken as. */
  meanings: Record<string, number>
  cases: number
  routed: number
  triage: number
  /** Messages whose answer names their case. */
  receipts: number
  /** Routing reasons of their cases, most used first. */
  reasons: { reason: string; count: number }[]
}

/** Looks messages up by their dedupe keys and follows them to their cases. */
export async function countReplay(pool: pg.Pool, channel: string, dedupeKeys: string[]): Promise<ReplayCounts> {
  const { rows } = await pool.query<{ meaning: string; messages: number; receipts: number }>(
    `SELECT m.meaning, count(*)::int AS messages,
       count(*) FILTER (WHERE c.number IS NOT NULL AND position(c.number in m.answer) > 0)::int AS receipts
     FROM message m LEFT JOIN "case" c ON c.id = m.case_id
     WHERE m.channel = $1 AND m.dedupe_key = ANY($2) GROUP BY m.meaning`,
    [channel, dedupeKeys],
  )
  const cases = await pool.query<{ cases: number; routed: number }>(
    `SELECT count(*)::int AS cases, count(deputy_id)::int AS routed FROM "case"
     WHERE id IN (SELECT case_id FROM message WHERE channel = $1 AND dedupe_key = ANY($2))`,
    [channel, dedupeKeys],
  )
  const reasons = await pool.query<{ reason: string; count: number }>(
    `SELECT regexp_replace(reason, '^(load|leave|passed-by):.*', '\\1') AS reason, count(*)::int AS count
     FROM event e CROSS JOIN LATERAL json_array_elements_text(e.event->'reasons') AS reason
     WHERE e.event->>'type' = 'routed'
       AND e.case_id IN (SELECT case_id FROM message WHERE channel = $1 AND dedupe_key = ANY($2))
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10`,
    [channel, dedupeKeys],
  )
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0)
  const found = cases.rows[0]!
  return {
    stored: sum((row) => row.messages),
    meanings: Object.fromEntries(rows.map(({ meaning, messages }) => [meaning, messages])),
    cases: found.cases,
    routed: found.routed,
    triage: found.cases - found.routed,
    receipts: sum((row) => row.receipts),
    reasons: reasons.rows,
  }
}
