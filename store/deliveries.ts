import type pg from 'pg'

/** Sends whose lease ran out: the sender died in the middle, so nobody knows. Returns how many. */
export async function expireSending(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE delivery SET status = 'unknown', code = 'lost', reason = 'the sender stopped before it knew', lease = NULL,
       finished_at = now() WHERE status = 'sending' AND lease_until < now()`,
  )
  return rowCount ?? 0
}

/**
 * Lanes whose next delivery has waited longer than `olderMs`: their job got lost, or nobody was there. What stands behind
 * one that may not go out yet doesn't count: its lane was put off, and would get one more job with every sweep; but what was
 * written while the clock was ahead does. Looks at `most` lanes that have something unfinished, from behind `after` on ('':
 * from the first); `last`: where to go on, null when it came to the end.
 */
export async function waitingLanes(
  pool: pg.Pool,
  now: Date,
  olderMs: number,
  { after, most }: { after: string; most: number },
): Promise<{ waiting: string[]; last: string | null }> {
  const { rows } = await pool.query<{ lane: string; waits: boolean }>(
    // From lane to lane along the index of what is unfinished, however much waits behind each head. Without an ORDER BY it
    // stops at the limit.
    `WITH RECURSIVE head AS (
       (SELECT lane, status, not_before, created_at FROM delivery
        WHERE status IN ('ready', 'sending') AND lane > $3 ORDER BY lane, seq LIMIT 1)
       UNION ALL
       SELECT next.* FROM head CROSS JOIN LATERAL (SELECT lane, status, not_before, created_at FROM delivery
         WHERE status IN ('ready', 'sending') AND lane > head.lane ORDER BY lane, seq LIMIT 1) AS next
     )
     SELECT lane, status = 'ready' AND (not_before < $1 OR (not_before <= created_at AND created_at > $4)) AS waits
     FROM head LIMIT $2`,
    [new Date(now.getTime() - olderMs), most, after, new Date(now.getTime() + olderMs)],
  )
  const waiting = rows.filter(({ waits }) => waits).map(({ lane }) => lane)
  return { waiting, last: rows.length === most ? rows.at(-1)!.lane : null }
}

/** Deliveries that found nobody bound although the person was binding at that very moment. */
export async function retryUnbound(pool: pg.Pool, now: Date): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE delivery d SET status = 'ready', code = NULL, finished_at = NULL
     FROM contact c JOIN person p ON p.id = c.person_id AND p.active
     WHERE c.person_id = d.person_id AND d.status = 'refused' AND d.code = 'unbound'
       AND d.created_at >= c.bound_at AND d.created_at > $1::timestamptz - interval '1 day'`,
    [now],
  )
  return rowCount ?? 0
}

export interface DeliveryListed {
  id: string
  to: string
  number: string | null
  /** The account it went to, or was last tried on; null: none yet. */
  channel: string | null
  template: string
  status: string
  code: string | null
  reason: string | null
  /** What each account said that refused it. */
  tried: { channel: string | null; code: string; reason: string }[]
  /** The delivery that this one sends anew. */
  resendOf: string | null
  createdAt: Date
}

/** For staff: what was refused, or what nobody knows about. */
export async function listDeliveries(pool: pg.Pool, status: string, limit: number): Promise<DeliveryListed[]> {
  const { rows } = await pool.query<DeliveryListed>(
    `SELECT d.id, COALESCE(d.person_id, 'resident') AS to, c.number, a.channel, d.template, d.status, d.code,
       d.reason, d.resend_of AS "resendOf", d.created_at AS "createdAt",
       (SELECT coalesce(json_agg(json_build_object('channel', t->'channel', 'code', t->'code', 'reason', t->'reason')), '[]')
        FROM jsonb_array_elements(d.tried) AS t) AS tried
     FROM delivery d LEFT JOIN "case" c ON c.id = d.case_id LEFT JOIN contact a ON a.id = d.account_id WHERE d.status = $1 ORDER BY d.seq DESC LIMIT $2`,
    [status, limit],
  )
  return rows
}

/**
 * Nobody is at the account that a delivery was sent to: nothing more is tried there until it is heard from again. What
 * was heard since the send began counts.
 */
export async function setGone(pool: pg.Pool, deliveryId: string): Promise<void> {
  await pool.query(
    `UPDATE contact c SET following = false FROM delivery d
     WHERE d.id = $1 AND c.id = d.account_id AND c.last_heard_at = d.account_heard_at`,
    [deliveryId],
  )
}
