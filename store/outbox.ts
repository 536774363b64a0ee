import type pg from 'pg'
import { inTransaction } from './transaction.ts'

export interface OutboxJob {
  id: number
  name: string
  payload: unknown
}

/**
 * Hands rows of the outbox to `enqueue` and deletes them once it is done. SKIP LOCKED lets several relays work side by
 * side; never `id > last`, which would pass by a row whose transaction commits late. Returns how many.
 */
export function drainOutbox(
  pool: pg.Pool,
  limit: number,
  enqueue: (jobs: OutboxJob[]) => Promise<void>,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<OutboxJob>({
      name: 'outbox-drain',
      text: `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
             RETURNING id, name, payload`,
      values: [limit],
    })
    if (rows.length > 0) await enqueue(rows.sort((a, b) => a.id - b.id))
    return rows.length
  })
}
