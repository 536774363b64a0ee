import type pg from 'pg'
import { forgetAddresses, noteErasures } from './erasure.ts'
import { noteMedia } from './media.ts'
import { joinResidents, lockBindingCodes, lockPickupCodes, redeemBindingCodes } from './codes.ts'
import type { BindingCode, PickUp } from './codes.ts'
import { byIndexOnly, inTransaction } from './transaction.ts'
import { endBindings } from './unbind.ts'
import { resolveDeliveries } from './unsaid.ts'
import type { Resolved, Unsaid } from './unsaid.ts'
import type { CaseRow, ContactRow, ErasureRow, MediaRow } from './rows.ts'
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
  /** The one-time code with which it wants to go on with a conversation from another account. */
  pickup: string | null
}

/** A contact as a batch finds it. */
export interface SeenContact extends ContactRow {
  /** All contacts of the same resident, itself among them. */
  accounts: string[]
  /** For people on the rolls: their other accounts. */
  others: string[]
  /** What was sent to them and may not have arrived, oldest first. */
  unsaid: Unsaid[]
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
  codes: Map<string, BindingCode>
  /** The contact a code was made for, and all contacts of the same resident. */
  pickups: Map<string, { contact: string; accounts: string[] }>
}

/** What the batch adds, and the codes and nonces it used up. */
export interface IntakeWrites extends Writes {
  redeemed: string[]
  pickedUp: PickUp[]
  /** Contacts that are no longer bound to anybody. */
  unbound: string[]
  resolved: Resolved[]
  /** Of requests that only repeated a message. */
  spentNonces: { channel: string; nonce: string }[]
  /** Contacts whose person left: whoever comes back by the same address is somebody new. */
  departed: string[]
  erasures: ErasureRow[]
  media: MediaRow[]
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
    async (client, along) => {
      // Sorted, so that two processes with overlapping batches can't wait for one another.
      const locks = [...new Set(keys.map(({ addressHash }) => addressHash.readBigInt64BE()))]
        .sort((a, b) => (a < b ? -1 : 1))
        .map(String)
      along(
        client.query({
          name: 'intake-lock',
          text: 'SELECT pg_advisory_xact_lock(l) FROM unnest($1::bigint[]) AS l',
          values: [locks],
        }),
      )
      // A statement of its own: its snapshot must be taken after the locks were had.
      const codes = await lockCodes(client, keys, now)
      const view = await look(client, keys, serials, codes)
      const { redeemed, pickedUp, unbound, resolved, spentNonces, departed, erasures, media, ...writes } = think(view)
      if (departed.length > 0) await forgetAddresses(client, departed)
      if (writes.messages.length > 0) along(write(client, writes))
      if (redeemed.length > 0) await redeemBindingCodes(client, redeemed, now)
      if (unbound.length > 0) await endBindings(client, unbound, now)
      for (const one of pickedUp) await joinResidents(client, one, now)
      if (resolved.length > 0) await resolveDeliveries(client, resolved)
      if (spentNonces.length > 0) await spend(client, spentNonces)
      if (erasures.length > 0) await noteErasures(client, erasures)
      if (media.length > 0) await noteMedia(client, media)
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

/** All contacts of the resident that one contact of theirs leads to. */
function accountsOfOne(contact: string): string {
  const root = `COALESCE(${contact}.resident_id, ${contact}.id)`
  return `ARRAY(SELECT ${root} UNION ALL SELECT id FROM contact WHERE resident_id = ${root})`
}

// The contacts are locked: a worker that spends from a window now waits for what this batch makes of it.
const lookStatement = `
WITH who AS MATERIALIZED (
  SELECT c.* FROM unnest($1::text[], $2::bytea[]) AS k(channel, hash)
  JOIN contact c ON c.channel = k.channel AND c.address_hash = k.hash
  ORDER BY c.id FOR UPDATE OF c
), seen AS MATERIALIZED (
  SELECT w.*, ${accountsOfOne('w')} AS accounts FROM (SELECT DISTINCT ON (id) * FROM who) w
), pickup AS MATERIALIZED (
  SELECT c.id, ${accountsOfOne('c')} AS accounts FROM contact c WHERE c.id = ANY($8::uuid[])
), cases AS MATERIALIZED (
  SELECT c.* FROM (SELECT unnest(accounts) AS id FROM seen UNION SELECT unnest(accounts) FROM pickup) w
    CROSS JOIN LATERAL (SELECT * FROM "case" WHERE contact_id = w.id ORDER BY opened_at DESC LIMIT 12) c
  UNION ALL
  SELECT c.* FROM (SELECT DISTINCT person_id FROM seen WHERE person_id IS NOT NULL) w
    CROSS JOIN LATERAL (SELECT * FROM "case" WHERE through_id = w.person_id ORDER BY opened_at DESC LIMIT 40) c
  UNION ALL
  SELECT c.* FROM (SELECT person_id FROM seen WHERE person_id IS NOT NULL UNION SELECT unnest($7::text[])) w
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
          AND d.case_id IS NOT NULL AND d.status IN ('sending', 'sent', 'unknown', 'resolved')
        ORDER BY d.seq DESC LIMIT 10) p), '[]'::json),
     'accounts', w.accounts,
     'others', (SELECT json_agg(o.id) FROM contact o WHERE o.person_id = w.person_id AND o.id <> w.id),
     'unsaid', (SELECT json_agg(u) FROM (SELECT d.id, d.case_id AS "caseId", d.text, d.created_at AS "createdAt"
        FROM delivery d WHERE d.status = 'unknown' AND d.template <> 'card-tapped'
          AND d.lane = ANY(w.accounts::text[] || ('person:' || w.person_id)) ORDER BY d.seq LIMIT 10) u)))
   FROM seen w) AS contacts,
  (SELECT json_agg(json_build_object('state', c.state, 'headHash', c.head_hash, 'lastSaidAt', c.last_said_at, 'placeText', c.place_text,
     'firstText', CASE WHEN c.wake_at IS NULL THEN NULL ELSE m.text END,
     'answerText', a.text) ORDER BY c.opened_at DESC)
   FROM (SELECT DISTINCT ON (id) * FROM cases) c LEFT JOIN message m ON m.id = (c.state->'words'->>0)::uuid
     LEFT JOIN message a ON a.id = (c.state->'answer'->>'message')::uuid) AS cases,
  (SELECT json_agg(nextval('case_serial')) FROM generate_series(1, $6::int)) AS serials,
  (SELECT json_agg(json_build_array(p.id, p.accounts)) FROM pickup p) AS pickups`

async function look(
  client: pg.ClientBase,
  keys: IntakeKey[],
  serials: number,
  { codes, pickups }: Codes,
): Promise<IntakeView> {
  const { rows } = await client.query<{
    answered: [string, string | null][] | null
    nonces: string[] | null
    contacts: (Found & { hash: string })[] | null
    cases: CaseRow[] | null
    serials: number[] | null
    pickups: [string, string[]][] | null
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
      [...codes.values()].map(({ personId }) => personId),
      [...pickups.values()],
    ],
  })
  const row = rows[0]!
  const found = new Map(row.pickups ?? [])
  return {
    answered: new Map(row.answered ?? []),
    usedNonces: new Set(row.nonces ?? []),
    contacts: new Map(
      (row.contacts ?? []).map(({ hash, ...contact }) => [
        `${contact.channel} ${hash}`,
        { ...contact, others: contact.others ?? [], unsaid: contact.unsaid ?? [] },
      ]),
    ),
    cases: row.cases ?? [],
    serials: row.serials ?? [],
    codes,
    pickups: new Map(
      [...pickups].map(([code, contact]) => [code, { contact, accounts: found.get(contact) ?? [contact] }]),
    ),
  }
}

/** The codes of a batch that are good. */
interface Codes {
  codes: Map<string, BindingCode>
  /** The contact that each was made for. */
  pickups: Map<string, string>
}

type Found = Omit<SeenContact, 'others' | 'unsaid'> & { others: string[] | null; unsaid: Unsaid[] | null }

async function lockCodes(client: pg.ClientBase, keys: IntakeKey[], now: Date): Promise<Codes> {
  const binding = [...new Set(keys.map(({ code }) => code).filter((code) => code !== null))]
  const pickup = [...new Set(keys.map((key) => key.pickup).filter((code) => code !== null))]
  return {
    codes: binding.length === 0 ? new Map() : await lockBindingCodes(client, binding, now),
    pickups: pickup.length === 0 ? new Map() : await lockPickupCodes(client, pickup, now),
  }
}
