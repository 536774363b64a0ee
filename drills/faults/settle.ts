import { wakeQueue } from './queue-time.ts'
import type { World } from './world.ts'
import { within } from '../wait.ts'

/** What the house still has to do by now. */
export interface Pending {
  outbox: number
  sending: number
  /** Lanes whose next message may go. */
  lanes: number
  /** Cases on which the clock has something to do. */
  due: number
}

export async function pendingIn({ pool, clock }: World): Promise<Pending> {
  const { rows } = await pool.query<Pending>(
    `SELECT (SELECT count(*)::int FROM outbox) AS outbox,
       (SELECT count(*)::int FROM delivery WHERE status = 'sending') AS sending,
       (SELECT count(*)::int FROM (SELECT DISTINCT ON (lane) status, not_before FROM delivery
          WHERE status IN ('ready', 'sending') ORDER BY lane, seq) AS heads
        WHERE status = 'ready' AND not_before <= $1) AS lanes,
       (SELECT count(*)::int FROM "case" WHERE wake_at <= $1) AS due`,
    [clock()],
  )
  return rows[0]!
}

/** Waits until the house has nothing left to do; null, or what is still to be done after `withinMs`. */
export async function settle(world: World, withinMs: number): Promise<Pending | null> {
  let left: Pending | null = null
  let quiet = 0
  const settled = await within(
    withinMs,
    async () => {
      left = await pendingIn(world).catch(() => left)
      const nothing = left !== null && Object.values(left).every((count) => count === 0)
      quiet = nothing ? quiet + 1 : 0
      return quiet >= 3
    },
    200,
  )
  return settled ? null : left
}

/**
 * Lets time go by, for the house and everybody else, until something is due: first for half of the cases that wait to be
 * taken on, then for all, so that reminders are seen and silent deputies lose theirs.
 */
export async function letTimePass(world: World, share: 'half' | 'all'): Promise<number> {
  const { rows } = await world.pool.query<{ at: Date | null }>(
    share === 'half'
      ? `SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY wake_at) AS at FROM "case" WHERE status IN ('routed', 'triage')`
      : `SELECT max((state->'due'->>'at')::timestamptz) AS at FROM "case" WHERE status IN ('routed', 'triage')`,
  )
  const at = rows[0]?.at?.getTime() ?? 0
  // A day in any case: what the platform put off till midnight has to go out.
  const least = share === 'all' ? 25 * 3_600_000 : 0
  const by = Math.max(least, at + 1_000 - world.clock().getTime())
  if (by > 0) {
    await world.clock.advance(by)
    await wakeQueue(world)
  }
  return by
}
