import type pg from 'pg'
import { listDeliveries } from '#store'
import { within } from '../wait.ts'

/** What became of everything that was to be told to one person. */
export interface Counts {
  told: number
  sent: number
  refused: number
  unknown: number
  /** Put off until a date, which is still to come. */
  ready: number
  /** What the platform really showed them. */
  arrived: number
}

export interface Delivery {
  id: string
  status: string
  code: string | null
  reason: string | null
  template: string
  text: string
  notBefore: Date
}

/** A person's deliveries; of those, only what came after `since`. */
export interface Lane {
  lane: string
  since: number
}

const settleWithinMs = 30_000

export async function deliveriesOf(pool: pg.Pool, { lane, since }: Lane): Promise<Delivery[]> {
  const { rows } = await pool.query<Delivery>(
    `SELECT id, status, code, reason, template, text, not_before AS "notBefore"
     FROM delivery WHERE lane = $1 AND seq > $2 ORDER BY seq`,
    [lane, since],
  )
  return rows
}

export async function lastSeq(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ seq: number }>('SELECT COALESCE(max(seq), 0)::float8 AS seq FROM delivery')
  return rows[0]!.seq
}

/** Waits until nothing can happen to a lane any more before the clock moves or its person speaks; false if it never is. */
export async function settled(pool: pg.Pool, lane: Lane, told: number, now: () => Date): Promise<boolean> {
  const done = await within(settleWithinMs, async () => {
    const rows = await deliveriesOf(pool, lane)
    const open = rows.filter(({ status }) => status === 'ready' || status === 'sending')
    // Only the first of them is tried; what stands behind it waits for it.
    return rows.length >= told && (open.length === 0 || (open[0]!.status === 'ready' && open[0]!.notBefore > now()))
  })
  return done !== null
}

/** Counts a lane, and names whatever is unaccounted for. */
export async function account<Shown>(
  pool: pg.Pool,
  lane: Lane,
  shown: readonly Shown[],
  isOf: (shown: Shown, delivery: Delivery) => boolean,
  now: Date,
): Promise<{ counts: Counts; faults: string[] }> {
  const rows = await deliveriesOf(pool, lane)
  const of = (status: string) => rows.filter((row) => row.status === status)
  const faults: string[] = []
  const open = [...of('ready'), ...of('sending')]
  if (open.length > 0 && !(open[0]!.status === 'ready' && open[0]!.notBefore > now)) {
    faults.push(`${open.length} are neither sent nor put off`)
  }
  for (const status of ['refused', 'unknown'] as const) {
    const listed = new Map((await listDeliveries(pool, status, 10_000)).map((each) => [each.id, each]))
    for (const { id, code } of of(status)) {
      if (!listed.has(id)) faults.push(`a ${status} one is not on the staff’s list`)
      if (code === null) faults.push(`a ${status} one gives no reason`)
    }
  }
  const known = new Set(['ready', 'sending', 'sent', 'refused', 'unknown', 'resolved', 'resent'])
  for (const { status } of rows) if (!known.has(status)) faults.push(`one is ${status}`)
  const left = [...shown]
  const take = (delivery: Delivery): boolean => {
    const at = left.findIndex((each) => isOf(each, delivery))
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }
  for (const each of of('sent')) if (!take(each)) faults.push('one is sent by the ledger and did not arrive')
  for (const each of of('unknown')) take(each)
  if (left.length > 0) faults.push(`${left.length} arrived that the ledger has not sent, or twice`)
  const counts = {
    told: rows.length,
    sent: of('sent').length,
    refused: of('refused').length,
    unknown: of('unknown').length,
    ready: open.length,
    arrived: shown.length,
  }
  return { counts, faults }
}
