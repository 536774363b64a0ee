import type pg from 'pg'
import type { Case } from '#cases'

/** What staff set right about a case, together with the words that opened it. */
export interface Correction {
  text: string
  /** Null: nobody corrected it. */
  topic: string | null
  kind: string | null
}

const page = 2_000

interface Row {
  id: string
  state: Case
  text: string | null
  said: { topic?: string | null; kind?: string }[] | null
}

/**
 * Cases of which staff corrected topic or kind, page by page, oldest first. Left out: what complains of somebody, whose
 * name would be learnt; and what was erased.
 */
export async function* readCorrections(pool: pg.Pool): AsyncGenerator<Correction> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { rows } = await pool.query<Row>(
      `WITH c AS (SELECT id, state FROM "case" WHERE id > $1 ORDER BY id LIMIT $2)
       SELECT c.id, c.state,
         (SELECT json_agg(e.event ORDER BY e.seq) FROM event e WHERE e.case_id = c.id
            AND e.event->>'type' = 'classified' AND e.actor->>'party' = 'staff') AS said,
         (SELECT m.text FROM message m WHERE m.id IN (SELECT (json_array_elements_text(c.state->'words'))::uuid)
            AND m.text <> '' ORDER BY m.received_at LIMIT 1) AS text
       FROM c ORDER BY c.id`,
      [after, page],
    )
    if (rows.length === 0) return
    after = rows.at(-1)!.id
    for (const { state, said, text } of rows) {
      if (said === null || text === null || state.erased || state.accused.length > 0) continue
      // The last word counts: a clerk may correct a clerk.
      const topic = said.findLast((each) => each.topic)?.topic ?? null
      const kind = said.findLast((each) => each.kind)?.kind ?? null
      if (topic !== null || kind !== null) yield { text, topic, kind }
    }
  }
}
