import type pg from 'pg'
import type { SendWindow } from './rows.ts'
import { inTransaction } from './transaction.ts'

/** A delivery taken on to be sent: marked `sending`, committed, and nobody else's until the lease ends. */
export interface Claimed {
  id: string
  lease: string
  lane: string
  caseId: string | null
  text: string
  attempts: number
  channel: string
  addressSealed: Buffer
}

/** What `claim` found on a lane. */
export type Claim =
  | { state: 'claimed'; delivery: Claimed }
  /** Nothing to send, or somebody else is sending. */
  | { state: 'idle' }
  /** The next one may not go out yet. */
  | { state: 'later'; at: Date }
  /** The next one can't go out, and has just been marked so. */
  | { state: 'refused'; id: string; code: string }

/** Takes a send from the open windows; null when there is none left. */
export type Spend = (windows: SendWindow[], channel: string, now: Date) => SendWindow[] | null

export type Result =
  | { status: 'sent'; platformId: string | null }
  | { status: 'refused' | 'unknown'; code: string; reason: string }
  | { status: 'ready'; notBefore: Date; code: string; reason: string }

interface LaneHead {
  id: string
  lane: string
  status: string
  not_before: Date
  text: string
  attempts: number
  contact_id: string | null
  person_id: string | null
  case_id: string | null
}

/**
 * Takes the lowest unfinished delivery of a lane. `sending` is committed before the call goes out, so that a crash in
 * between is seen as unknown, never sent twice. Order within a lane follows from taking only the lowest.
 * Leases alone run by the database's clock, the one that all workers share.
 */
export function claim(
  pool: pg.Pool,
  lane: string,
  lease: string,
  leaseMs: number,
  now: Date,
  spend: Spend,
): Promise<Claim> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<LaneHead>({
      name: 'delivery-head',
      text: `SELECT id, lane, status, not_before, text, attempts, contact_id, person_id, case_id FROM delivery
             WHERE lane = $1 AND status IN ('ready', 'sending') ORDER BY seq LIMIT 1 FOR UPDATE`,
      values: [lane],
    })
    const head = rows[0]
    if (!head || head.status === 'sending') return { state: 'idle' }
    if (head.not_before > now) return { state: 'later', at: head.not_before }

    const contact = await receiver(client, head)
    const refuse = async (code: string): Promise<Claim> => {
      await client.query(
        `UPDATE delivery SET status = 'refused', code = $2, finished_at = now() WHERE id = $1`,
        [head.id, code],
      )
      return { state: 'refused', id: head.id, code }
    }
    if (!contact?.address_sealed) return refuse('unbound')
    if (!contact.following) return refuse('left')
    const windows = spend(contact.windows, contact.channel, now)
    if (windows === null) return refuse('window-closed')

    await client.query({
      name: 'delivery-take',
      text: `WITH spent AS (UPDATE contact SET windows = $4 WHERE id = $5)
             UPDATE delivery SET status = 'sending', lease = $2, lease_until = now() + $3 * interval '1 ms',
               attempts = attempts + 1 WHERE id = $1`,
      values: [head.id, lease, leaseMs, JSON.stringify(windows), contact.id],
    })
    return {
      state: 'claimed',
      delivery: {
        id: head.id,
        lease,
        lane,
        caseId: head.case_id,
        text: head.text,
        attempts: head.attempts + 1,
        channel: contact.channel,
        addressSealed: contact.address_sealed,
      },
    }
  })
}

interface Receiver {
  id: string
  channel: string
  address_sealed: Buffer | null
  following: boolean
  windows: SendWindow[]
}

/** The account to send to; for a person with several, the one last heard from. */
async function receiver(client: pg.ClientBase, head: LaneHead): Promise<Receiver | undefined> {
  const columns = 'id, channel, address_sealed, following, windows'
  const { rows } = head.person_id
    ? await client.query<Receiver>({
        name: 'delivery-person',
        text: `SELECT ${columns} FROM contact WHERE person_id = $1 ORDER BY following DESC, last_heard_at DESC LIMIT 1 FOR UPDATE`,
        values: [head.person_id],
      })
    : await client.query<Receiver>({
        name: 'delivery-contact',
        text: `SELECT ${columns} FROM contact WHERE id = $1 FOR UPDATE`,
        values: [head.contact_id],
      })
  return rows[0]
}

/** Writes down what became of a send. False when the lease is no longer ours: the row is then left as it is. */
export async function finish(pool: pg.Pool, { id, lease }: { id: string; lease: string }, result: Result): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'delivery-finish',
    text: `UPDATE delivery SET status = $3, code = $4, reason = $5, platform_id = $6, lease = NULL, lease_until = NULL,
             not_before = COALESCE($7, not_before),
             finished_at = CASE WHEN $3 = 'ready' THEN NULL ELSE now() END
           WHERE id = $1 AND lease = $2 AND status = 'sending'`,
    values: [
      id,
      lease,
      result.status,
      'code' in result ? result.code : null,
      'reason' in result ? result.reason : null,
      result.status === 'sent' ? result.platformId : null,
      result.status === 'ready' ? result.notBefore : null,
    ],
  })
  return rowCount === 1
}

/** Sends whose lease ran out: the sender died in the middle, so nobody knows. Returns how many. */
export async function expireSending(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE delivery SET status = 'unknown', code = 'lost', reason = 'the sender stopped before it knew', lease = NULL,
       finished_at = now() WHERE status = 'sending' AND lease_until < now()`,
  )
  return rowCount ?? 0
}

/** Lanes with something ready that has waited longer than `olderMs`: their job got lost, or nobody was there. */
export async function waitingLanes(pool: pg.Pool, now: Date, olderMs: number, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ lane: string }>(
    `SELECT DISTINCT lane FROM (SELECT lane FROM delivery
       WHERE status = 'ready' AND not_before < $1 ORDER BY not_before LIMIT $2) AS waiting`,
    [new Date(now.getTime() - olderMs), limit],
  )
  return rows.map(({ lane }) => lane)
}

/** Deliveries that found nobody bound although the person was binding at that very moment. */
export async function retryUnbound(pool: pg.Pool, now: Date): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE delivery d SET status = 'ready', code = NULL, finished_at = NULL
     FROM contact c WHERE c.person_id = d.person_id AND d.status = 'refused' AND d.code = 'unbound'
       AND d.created_at >= c.bound_at AND d.created_at > $1::timestamptz - interval '1 day'`,
    [now],
  )
  return rowCount ?? 0
}

export interface DeliveryListed {
  id: string
  to: string
  number: string | null
  template: string
  status: string
  code: string | null
  reason: string | null
  createdAt: Date
}

/** For staff: what was refused, or what nobody knows about. */
export async function listDeliveries(pool: pg.Pool, status: string, limit: number): Promise<DeliveryListed[]> {
  const { rows } = await pool.query<DeliveryListed>(
    `SELECT d.id, COALESCE(d.person_id, 'resident') AS to, c.number, d.template, d.status, d.code, d.reason,
       d.created_at AS "createdAt"
     FROM delivery d LEFT JOIN "case" c ON c.id = d.case_id WHERE d.status = $1 ORDER BY d.seq DESC LIMIT $2`,
    [status, limit],
  )
  return rows
}
