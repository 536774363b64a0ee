import { createHash } from 'node:crypto'
import type pg from 'pg'

/** A message as its platform knows it. */
export interface MessageKey {
  channel: string
  dedupeKey: string
}

/**
 * Has the answer of a stored message sent as a message of its own, at `notBefore`. Once, however often it is asked for,
 * and not at all after `answerNow` said yes: both write the same row, whose id follows from the message.
 */
export async function answerLater(pool: pg.Pool, key: MessageKey, now: Date, notBefore: Date): Promise<void> {
  await pool.query({
    name: 'answer-later',
    text: `WITH late AS (${insert('ready', 'NULL', '$5::timestamptz')} ON CONFLICT (id) DO NOTHING RETURNING lane)
           INSERT INTO outbox (name, payload) SELECT 'deliver', json_build_object('lane', lane) FROM late`,
    values: [...valuesOf(key, now), notBefore],
  })
}

/**
 * Whether a repetition may be answered with the stored answer: no once that is being sent as a message of its own; else
 * yes, and then it won't be.
 */
export async function answerNow(pool: pg.Pool, key: MessageKey, now: Date): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'answer-now',
    text: `${insert('cancelled', "'answered-in-time'", '$4::timestamptz')}
           ON CONFLICT (id) DO UPDATE SET status = excluded.status, code = excluded.code, finished_at = excluded.finished_at
           WHERE delivery.status IN ('ready', 'cancelled')`,
    values: valuesOf(key, now),
  })
  return rowCount === 1
}

/** The lane is the account that asked, also for people on the rolls: the answer belongs where the question was. */
function insert(status: string, code: string, notBefore: string): string {
  return `INSERT INTO delivery (id, lane, contact_id, case_id, template, text, status, code, not_before, created_at, finished_at)
    SELECT $3, m.contact_id::text, m.contact_id, m.case_id, 'late-answer', m.answer, '${status}', ${code}, ${notBefore}, $4,
      ${status === 'ready' ? 'NULL::timestamptz' : '$4::timestamptz'}
    FROM message m WHERE m.channel = $1 AND m.dedupe_key = $2 AND m.answer IS NOT NULL`
}

function valuesOf({ channel, dedupeKey }: MessageKey, now: Date): unknown[] {
  return [channel, dedupeKey, idOf(channel, dedupeKey), now]
}

/** A UUID (version 8, RFC 9562) that is the same for every repetition of a message. */
function idOf(channel: string, dedupeKey: string): string {
  const bytes = createHash('sha256').update(`late-answer ${channel} ${dedupeKey}`).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
