import type pg from 'pg'
import { newId } from '#base'
import { inTransaction } from './transaction.ts'
import { write } from './write.ts'

/** An account bound to somebody on the rolls. */
export interface Account {
  id: string
  channel: string
  boundAt: Date
  lastHeardAt: Date
  following: boolean
}

const columns = `id, channel, bound_at AS "boundAt", last_heard_at AS "lastHeardAt", following`

/** A person's accounts, the one last heard from first. */
export async function accountsOf(pool: pg.Pool, personId: string): Promise<Account[]> {
  const { rows } = await pool.query<Account>(
    `SELECT ${columns} FROM contact WHERE person_id = $1 ORDER BY last_heard_at DESC, id`,
    [personId],
  )
  return rows
}

/** What each side is told; without a word of any case. */
export interface UnbindWords {
  unbound: string
  remaining: string
}

/**
 * The office unbinds accounts of a person, all of them when none are named: at once, whatever is under way on them.
 * Unused binding codes are void. The accounts themselves are told, and those that remain. Returns what was unbound.
 */
export function unbind(
  pool: pg.Pool,
  personId: string,
  named: readonly string[] | null,
  now: Date,
  words: UnbindWords,
): Promise<Account[]> {
  return inTransaction(pool, async (client) => {
    // Codes before accounts, as intake locks them. Who is binding with one just now is waited for, and then found below.
    await client.query('DELETE FROM binding_code WHERE person_id = $1 AND redeemed_at IS NULL', [personId])
    // Waits for whatever these accounts are saying just now: its intake would write the binding back.
    const { rows } = await client.query<Account>(
      `SELECT ${columns} FROM contact WHERE person_id = $1 ORDER BY id FOR UPDATE`,
      [personId],
    )
    const gone = rows.filter(({ id }) => named === null || named.includes(id))
    if (gone.length === 0) return []
    await endBindings(
      client,
      gone.map(({ id }) => id),
      now,
    )
    const deliveries = rows.map((account) => {
      const isGone = gone.includes(account)
      return {
        id: newId(now.getTime()),
        lane: account.id,
        contactId: account.id,
        personId: null,
        caseId: null,
        template: isGone ? 'unbound-here' : 'unbound-elsewhere',
        text: isGone ? words.unbound : words.remaining,
        refused: null,
        createdAt: now.toISOString(),
      }
    })
    const outbox = deliveries.map(({ lane }) => ({ name: 'deliver', payload: { lane } }))
    await write(client, { contacts: [], messages: [], cases: [], deliveries, outbox, reopenedLanes: [] })
    return gone
  })
}

/** The accounts are nobody's on the rolls any more, and an answer that came too late for them may name cases: it stays. */
export async function endBindings(client: pg.ClientBase, contactIds: readonly string[], now: Date): Promise<void> {
  await client.query(
    `WITH held AS (
       UPDATE delivery SET status = 'refused', code = 'unbound', finished_at = $2
       WHERE lane = ANY($1::text[]) AND status = 'ready' AND template = 'late-answer'
     )
     UPDATE contact SET person_id = NULL, bound_at = NULL WHERE id = ANY($1::uuid[])`,
    [contactIds, now],
  )
}
