import type pg from 'pg'
import { byIndexOnly, inTransaction } from './transaction.ts'

/** How far somebody has read, in µs since 1970: by the clock that hears, and by the one that ends sends. */
export interface Position {
  heard: number
  told: number
}

/** Somebody who reads along on one account: since a position, or (null) the end of what there is. */
export interface Reading {
  addressHash: Buffer
  since: Position | null
}

/** One thing said by them, with what it was answered at once, or one thing told to them. */
export interface Spoken {
  id: string
  /** `said`: a message of theirs; `told`: a delivery. */
  way: 'said' | 'told'
  /** When it was said or came about, in ms since 1970. */
  at: number
  /** Of a message: `text`, `scan`, … */
  type: string | null
  /** The channel's own key of a message. */
  dedupeKey: string | null
  /** Null: there were none, or they were erased. */
  text: string | null
  answer: string | null
  scene: string | null
}

export interface Read {
  spoken: Spoken[]
  /** From where to read on. */
  position: Position
}

/**
 * What is older than this when it shows itself was in no transaction any more: clocks of several bots differ, and a
 * commit comes later than the times in it. Read again each time; the reader knows what it has by the id.
 */
export const overlapMs = 30_000
const overlap = `interval '${overlapMs} milliseconds'`

// Times as µs, since text and back would lose what JavaScript's dates can't hold. Two walks along an index a reader.
// A position never lies ahead of its clock: where that was set back, what comes now has a time from before it.
const statement = `
SELECT k.n::int AS n, r.*
FROM unnest($2::bytea[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS k(hash, heard, told, n)
JOIN contact c ON c.channel = $1 AND c.address_hash = k.hash
CROSS JOIN LATERAL (
  (SELECT m.id, 'said' AS way, m.received_at AS at, (extract(epoch FROM m.received_at) * 1000000)::bigint AS mark, m.type,
     m.dedupe_key AS "dedupeKey", m.text, m.answer, m.extra->>'scene' AS scene
   FROM message m WHERE m.contact_id = c.id AND m.received_at > least(to_timestamp(k.heard / 1000000.0), $6) - ${overlap}
   ORDER BY m.received_at DESC LIMIT $5)
  UNION ALL
  (SELECT d.id, 'told', d.created_at, (extract(epoch FROM d.finished_at) * 1000000)::bigint, NULL, NULL, d.text, NULL, NULL
   FROM delivery d WHERE d.account_id = c.id AND d.status IN ('sent', 'unknown')
     AND d.finished_at > least(to_timestamp(k.told / 1000000.0), now()) - ${overlap}
   ORDER BY d.finished_at DESC LIMIT $5)
) AS r
ORDER BY r.at, r.mark, r.id`

type Row = Omit<Spoken, 'at'> & { n: number; at: Date; mark: string }

/**
 * What was said and told on these accounts of one channel since they last looked, at most `most` of each, oldest first;
 * one query for all of them, in their order. What was read in the last half minute comes again. `now` is of the clock
 * that hears.
 */
export async function readConversations(
  pool: pg.Pool,
  channel: string,
  readings: readonly Reading[],
  most: number,
  now: Date,
): Promise<Read[]> {
  const values = [
    channel,
    readings.map(({ addressHash }) => addressHash),
    readings.map((reading) => reading.since?.heard ?? 0),
    readings.map((reading) => reading.since?.told ?? 0),
    most,
    now,
  ]
  const { rows } = await inTransaction(
    pool,
    (client) => client.query<Row>({ name: 'conversation-read', text: statement, values }),
    byIndexOnly,
  )
  const reads = readings.map(({ since }): Read => ({ spoken: [], position: since ?? { heard: 0, told: 0 } }))
  for (const { n, mark, at, ...spoken } of rows) {
    const read = reads[n - 1]!
    read.spoken.push({ ...spoken, at: at.getTime() })
    const { heard, told } = read.position
    read.position =
      spoken.way === 'said'
        ? { heard: Math.max(heard, Number(mark)), told }
        : { heard, told: Math.max(told, Number(mark)) }
  }
  return reads
}

/** The contact behind an address; null while nothing was said from it. */
export async function contactOf(pool: pg.Pool, channel: string, addressHash: Buffer): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'conversation-contact',
    text: 'SELECT id FROM contact WHERE channel = $1 AND address_hash = $2',
    values: [channel, addressHash],
  })
  return rows[0]?.id ?? null
}
