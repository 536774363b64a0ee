import type pg from 'pg'
import { bindingCodeHash } from './people.ts'
import { byIndexOnly, inTransaction } from './transaction.ts'
import type { CaseRow, ContactRow } from './rows.ts'
import { write } from './write.ts'
import type { Writes } from './write.ts'

/** What a batch of messages needs to be looked up by. */
export interface IntakeKey {
  channel: string
  addressHash: Buffer
  dedupeKey: string
  nonce: string | null
  /** Case numbers that stand in its words. */
  numbers: string[]
  /** The one-time code it wants to bind with. */
  code: string | null
}

/** A contact as a batch finds it. */
export interface SeenContact extends ContactRow {
  /** For people on the rolls: the cases last pushed to them, latest first. */
  pushed: string[]
}

/** What the ledger knows about a batch before it is thought about. */
export interface IntakeView {
  /** Answers to messages that were stored before, by `channel dedupeKey`. */
  answered: Map<string, string | null>
  /** `channel nonce` of signed requests that were used before. */
  usedNonces: Set<string>
  /** By `channel hash-in-hex`. */
  contacts: Map<string, SeenContact>
  /** Cases of these residents, held by these deputies, or named by number; newest first. */
  cases: CaseRow[]
  /** Fresh serial numbers for cases, as many as were asked for. */
  serials: number[]
  /** Whose account a code binds, for the codes in this batch that are good. */
  codes: Map<string, string>
}

/** What the batch adds, and the codes and nonces it used up. */
export interface IntakeWrites extends Writes {
  redeemed: string[]
  /** Of requests that only repeated a message. */
  spentNonces: { channel: string; nonce: string }[]
}

/**
 * One batch of messages: look, think, write, all in one transaction. Everything of one sender waits for the one
 * before it, in whatever process, so that `think` never sees a half-made conversation.
 */
export async function intake(
  pool: pg.Pool,
  keys: IntakeKey[],
  serials: number,
  now: Date,
  think: (view: IntakeView) => IntakeWrites,
): Promise<void> {
  await inTransaction(
    pool,
    async (client) => {
      // Sorted, so that two processes with overlapping batches can't wait for one another.
      const locks = [...new Set(keys.map(({ addressHash }) => addressHash.readBigInt64BE()))]
        .sort((a, b) => (a < b ? -1 : 1))
        .map(String)
      await client.query({
        name: 'intake-lock',
        text: 'SELECT pg_advisory_xact_lock(l) FROM unnest($1::bigint[]) AS l',
        values: [locks],
      })
      // A statement of its own: its snapshot must be taken after the locks were had.
      const codes = await lockCodes(client, keys, now)
      const view = { ...(await look(client, keys, serials, [...codes.values()])), codes }
      const { redeemed, spentNonces, ...writes } = think(view)
      if (writes.messages.length > 0) await write(client, writes)
      if (redeemed.length > 0) {
        await client.query('UPDATE binding_code SET redeemed_at = $2 WHERE code_hash = ANY($1)', [
          redeemed.map(bindingCodeHash),
          now,
        ])
      }
      if (spentNonces.length > 0) await spend(client, spentNonces)
    },
    byIndexOnly,
  )
}

/** Keeps nonces for far longer than a signature is fresh, and no longer. */
async function spend(client: pg.ClientBase, nonces: IntakeWrites['spentNonces']): Promise<void> {
  await client.query({
    name: 'intake-spend',
    text: `WITH old AS (
             DELETE FROM spent_nonce WHERE (channel, nonce) IN (SELECT channel, nonce FROM spent_nonce
               WHERE at < now() - interval '2 hours' ORDER BY at LIMIT 100 FOR UPDATE SKIP LOCKED)
           )
           INSERT INTO spent_nonce (channel, nonce) SELECT DISTINCT channel, nonce
           FROM unnest($1::text[], $2::text[]) AS k(channel, nonce) ORDER BY nonce ON CONFLICT DO NOTHING`,
    values: [nonces.map(({ channel }) => channel), nonces.map(({ nonce }) => nonce)],
  })
}

// The contacts are locked: a worker that spends from a window now waits for what this batch makes of it.
const lookStatement = `
WITH who AS MATERIALIZED (
  SELECT c.* FROM unnest($1::text[], $2::bytea[]) AS k(channel, hash)
  JOIN contact c ON c.channel = k.channel AND c.address_hash = k.hash
  ORDER BY c.id FOR UPDATE OF c
), cases AS MATERIALIZED (
  SELECT c.* FROM (SELECT DISTINCT id FROM who) w
    CROSS JOIN LATERAL (SELECT * FROM "case" WHERE contact_id = w.id ORDER BY opened_at DESC LIMIT 12) c
  UNION ALL
  SELECT c.* FROM (SELECT person_id FROM who WHERE person_id IS NOT NULL UNION SELECT unnest($7::text[])) w
    CROSS JOIN LATERAL (SELECT * FROM "case" WHERE deputy_id = w.person_id
      AND status IN ('routed', 'accepted', 'answered', 'promised') ORDER BY opened_at DESC LIMIT 60) c
  UNION ALL
  SELECT * FROM "case" WHERE number = ANY($5)
)
SELECT
  (SELECT json_agg(json_build_array(m.channel || ' ' || m.dedupe_key, m.answer))
   FROM unnest($1::text[], $3::text[]) AS k(channel, key)
   JOIN message m ON m.channel = k.channel AND m.dedupe_key = k.key) AS answered,
  (SELECT json_agg(k.channel || ' ' || k.nonce)
   FROM unnest($1::text[], $4::text[]) AS k(channel, nonce)
   JOIN LATERAL (SELECT 1 FROM message m WHERE m.channel = k.channel AND m.nonce = k.nonce
     UNION ALL SELECT 1 FROM spent_nonce s WHERE s.channel = k.channel AND s.nonce = k.nonce) AS used ON true) AS nonces,
  (SELECT json_agg(json_build_object('hash', encode(w.address_hash, 'hex'), 'id', w.id, 'channel', w.channel,
     'personId', w.person_id, 'boundAt', w.bound_at, 'following', w.following, 'dialogue', w.dialogue,
     'windows', w.windows, 'lastHeardAt', w.last_heard_at, 'createdAt', w.created_at,
     'pushed', COALESCE((SELECT json_agg(p.case_id) FROM (SELECT d.case_id FROM delivery d
        WHERE w.person_id IS NOT NULL AND d.lane = 'person:' || w.person_id AND d.person_id IS NOT NULL
          AND d.case_id IS NOT NULL AND d.status IN ('sending', 'sent', 'unknown')
        ORDER BY d.seq DESC LIMIT 10) p), '[]'::json)))
   FROM (SELECT DISTINCT ON (id) * FROM who) w) AS contacts,
  (SELECT json_agg(json_build_object('state', c.state, 'headHash', c.head_hash, 'lastSaidAt', c.last_said_at, 'placeText', c.place_text,
     'firstText', CASE WHEN c.wake_at IS NULL THEN NULL ELSE m.text END,
     'answerText', a.text) ORDER BY c.opened_at DESC)
   FROM (SELECT DISTINCT ON (id) * FROM cases) c LEFT JOIN message m ON m.id = (c.state->'words'->>0)::uuid
     LEFT JOIN message a ON a.id = (c.state->'answer'->>'message')::uuid) AS cases,
  (SELECT json_agg(nextval('case_serial')) FROM generate_series(1, $6::int)) AS serials`

async function look(
  client: pg.ClientBase,
  keys: IntakeKey[],
  serials: number,
  binding: string[],
): Promise<Omit<IntakeView, 'codes'>> {
  const { rows } = await client.query<{
    answered: [string, string | null][] | null
    nonces: string[] | null
    contacts: (SeenContact & { hash: string })[] | null
    cases: CaseRow[] | null
    serials: number[] | null
  }>({
    name: 'intake-look',
    text: lookStatement,
    values: [
      keys.map((key) => key.channel),
      keys.map((key) => key.addressHash),
      keys.map((key) => key.dedupeKey),
      keys.map((key) => key.nonce),
      [...new Set(keys.flatMap((key) => key.numbers))],
      serials,
      binding,
    ],
  })
  const row = rows[0]!
  return {
    answered: new Map(row.answered ?? []),
    usedNonces: new Set(row.nonces ?? []),
    contacts: new Map((row.contacts ?? []).map(({ hash, ...contact }) => [`${contact.channel} ${hash}`, contact])),
    cases: row.cases ?? [],
    serials: row.serials ?? [],
  }
}

/** The good ones among the batch's codes, locked, so that one code never binds two accounts. */
async function lockCodes(client: pg.ClientBase, keys: IntakeKey[], now: Date): Promise<Map<string, string>> {
  const codes = [...new Set(keys.map(({ code }) => code).filter((code) => code !== null))]
  if (codes.length === 0) return new Map()
  const { rows } = await client.query<{ hash: Buffer; personId: string }>(
    `SELECT code_hash AS hash, person_id AS "personId" FROM binding_code
     WHERE code_hash = ANY($1) AND redeemed_at IS NULL AND expires_at > $2 ORDER BY code_hash FOR UPDATE`,
    [codes.map(bindingCodeHash), now],
  )
  const owners = new Map(rows.map(({ hash, personId }) => [hash.toString('hex'), personId]))
  return new Map(
    codes.flatMap((code) => {
      const owner = owners.get(bindingCodeHash(code).toString('hex'))
      return owner === undefined ? [] : [[code, owner] as const]
    }),
  )
}
