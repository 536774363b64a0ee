import type pg from 'pg'

/** A delivery of which nobody knows whether it arrived. */
export interface Unsaid {
  id: string
  caseId: string | null
  text: string
  createdAt: string
}

/** Deliveries whose matter was settled by what the person said next, or was said again in the answer to it. */
export interface Resolved {
  delivery: string
  message: string
}

export async function resolveDeliveries(client: pg.ClientBase, resolved: readonly Resolved[]): Promise<void> {
  await client.query(
    `UPDATE delivery d SET status = 'resolved', resolved_by = r.message
     FROM unnest($1::uuid[], $2::uuid[]) AS r(id, message) WHERE d.id = r.id AND d.status = 'unknown'`,
    [resolved.map(({ delivery }) => delivery), resolved.map(({ message }) => message)],
  )
}
