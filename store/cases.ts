import type pg from 'pg'
import type { Case, Chained } from '#cases'
import type { CaseWrite, DeliveryRow, MessageRow, OutboxRow } from './rows.ts'
import { again, inTransaction } from './transaction.ts'
import { write } from './write.ts'

export interface StoredCase {
  state: Case
  headHash: string
  lastSaidAt: string
  placeText: string | null
}

/** What a change to one case adds to the ledger besides. */
export interface CaseChange {
  write: CaseWrite
  messages: MessageRow[]
  deliveries: DeliveryRow[]
  outbox: OutboxRow[]
}

const columns = `state, head_hash AS "headHash", last_said_at AS "lastSaidAt", place_text AS "placeText"`

/**
 * Changes one case under its row lock. `think` sees it as it is now, or null, and may answer null to leave it; it is
 * asked again when somebody else wrote first.
 */
export function changeCase(
  pool: pg.Pool,
  by: { id: string } | { number: string },
  think: (stored: StoredCase | null, textOf: (message: string) => Promise<string | null>) => Promise<CaseChange | null>,
): Promise<CaseChange | null> {
  const once = () =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<StoredCase>(
        `SELECT ${columns} FROM "case" WHERE ${'id' in by ? 'id' : 'number'} = $1 FOR UPDATE`,
        ['id' in by ? by.id : by.number],
      )
      const change = await think(rows[0] ?? null, async (message) => {
        const found = await client.query<{ text: string | null }>('SELECT text FROM message WHERE id = $1', [message])
        return found.rows[0]?.text ?? null
      })
      if (change) {
        const { write: caseWrite, messages, deliveries, outbox } = change
        await write(client, { contacts: [], messages, cases: [caseWrite], deliveries, outbox, reopenedLanes: [] })
      }
      return change
    })
  return again(once)
}

/** Cases on which the clock has something to do. */
export async function dueCases(pool: pg.Pool, now: Date, limit: number): Promise<{ id: string; version: number }[]> {
  const { rows } = await pool.query<{ id: string; version: number }>(
    'SELECT id, version FROM "case" WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2',
    [now, limit],
  )
  return rows
}

export interface TriageEntry {
  state: Case
  placeText: string | null
  text: string | null
}

/** What waits for staff to find out who answers, oldest first, with the words that opened it. */
export async function triageList(pool: pg.Pool, limit: number): Promise<TriageEntry[]> {
  const { rows } = await pool.query<TriageEntry>(
    `SELECT c.state, c.place_text AS "placeText", m.text FROM "case" c LEFT JOIN message m ON m.id = (c.state->'words'->>0)::uuid
     WHERE c.status = 'triage' ORDER BY c.opened_at LIMIT $1`,
    [limit],
  )
  return rows
}

export async function timelineOf(pool: pg.Pool, caseId: string): Promise<Chained[]> {
  const { rows } = await pool.query<Chained>(
    `SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, actor, event, previous, hash
     FROM event WHERE case_id = $1 ORDER BY seq`,
    [caseId],
  )
  return rows
}
