import type pg from 'pg'
import type { BindingCode } from './codes.ts'
import { columns } from './columns.ts'
import type { CaseRow, ContactRow } from './rows.ts'
import type { Unsaid } from './unsaid.ts'

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
  /** What was last pushed to them, latest first: to people on the rolls anything of a case, to all the answers to judge. */
  pushed: Pushed[]
}

/** A delivery about a case that its person may speak of without naming it. */
interface Pushed {
  caseId: string
  /** It is the last answer to the case. */
  isAnswer: boolean
  /** How many milliseconds ago it was done, by the database's clock alone; null: it is still being sent. */
  ago: number | null
  /** When its send ended: the same for all that stood in one message, and for no others of one person. Null: not yet. */
  endedAt: string | null
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

/** The codes of a batch that are good. */
export interface Codes {
  codes: Map<string, BindingCode>
  /** The contact that each was made for. */
  pickups: Map<string, string>
}

type Found = ContactRow & { hash: string }
type Further = Pick<SeenContact, 'id' | 'accounts' | 'pushed'> & { others: string[] | null; unsaid: Unsaid[] | null }

// The contacts are locked: a worker that spends from a window now waits for what this batch makes of it.
const firstStatement = `
WITH who AS MATERIALIZED (
  SELECT c.* FROM unnest($1::text[], $2::bytea[]) AS k(channel, hash)
  JOIN contact c ON c.channel = k.channel AND c.address_hash = k.hash
  ORDER BY c.id FOR UPDATE OF c
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
     'windows', w.windows, 'lastHeardAt', w.last_heard_at, 'createdAt', w.created_at))
   FROM (SELECT DISTINCT ON (id) * FROM who) w) AS contacts,
  (SELECT json_agg(nextval('case_serial')) FROM generate_series(1, $5::int4)) AS serials`

/** All contacts of the resident that one contact of theirs leads to. */
function accountsOfOne(contact: string): string {
  const root = `COALESCE(${contact}.resident_id, ${contact}.id)`
  return `ARRAY(SELECT ${root} UNION ALL SELECT id FROM contact WHERE resident_id = ${root})`
}

const furtherStatement = `
WITH seen AS MATERIALIZED (
  SELECT w.id, w.person_id, ${accountsOfOne('w')} AS accounts FROM contact w WHERE w.id = ANY($1::uuid[])
), pickup AS MATERIALIZED (
  SELECT c.id, ${accountsOfOne('c')} AS accounts FROM contact c WHERE c.id = ANY($2::uuid[])
), cases AS MATERIALIZED (
  SELECT c.* FROM (SELECT unnest(accounts) AS id FROM seen UNION SELECT unnest(accounts) FROM pickup) w
    CROSS JOIN LATERAL (SELECT * FROM "case" WHERE contact_id = w.id ORDER BY opened_at DESC LIMIT 12) c
  UNION ALL
  SELECT c.* FROM (SELECT DISTINCT person_id FROM seen WHERE person_id IS NOT NULL) w
    CROSS JOIN LATERAL (SELECT * FROM "case" WHERE through_id = w.person_id ORDER BY opened_at DESC LIMIT 40) c
  UNION ALL
  SELECT c.* FROM (SELECT person_id FROM seen WHERE person_id IS NOT NULL UNION SELECT unnest($3::text[])) w
    CROSS JOIN LATERAL (SELECT * FROM "case" WHERE deputy_id = w.person_id
      AND status IN ('routed', 'accepted', 'answered', 'promised') ORDER BY opened_at DESC LIMIT 60) c
  UNION ALL
  SELECT * FROM "case" WHERE number = ANY($4::text[])
)
SELECT
  (SELECT json_agg(json_build_object('id', w.id, 'accounts', w.accounts,
     'pushed', COALESCE((SELECT json_agg(json_build_object('caseId', p.case_id, 'isAnswer', p.is_answer,
          'ago', round(extract(epoch FROM clock_timestamp() - p.finished_at) * 1000), 'endedAt', p.finished_at) ORDER BY p.seq DESC)
        FROM (
          (SELECT d.seq, d.case_id, d.finished_at, false AS is_answer FROM delivery d
           WHERE w.person_id IS NOT NULL AND d.lane = 'person:' || w.person_id AND d.person_id IS NOT NULL
             AND d.case_id IS NOT NULL AND d.status IN ('sending', 'sent', 'unknown', 'resolved')
           ORDER BY d.seq DESC LIMIT 20)
          UNION ALL
          SELECT a.seq, a.case_id, a.finished_at, true FROM (SELECT DISTINCT id FROM cases c
              WHERE (c.contact_id = ANY(w.accounts) OR c.through_id = w.person_id)
                AND (c.status = 'answered' OR json_typeof(c.state->'judgement'->'result') = 'null')) c
            CROSS JOIN LATERAL (SELECT d.seq, d.case_id, d.finished_at, d.status FROM delivery d
              WHERE d.case_id = c.id AND d.template = 'resident-answered' ORDER BY d.seq DESC LIMIT 1) a
          WHERE a.status IN ('sent', 'unknown', 'resolved')
        ) p), '[]'::json),
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
  (SELECT json_agg(json_build_array(p.id, p.accounts)) FROM pickup p) AS pickups`

/** Looks a batch up. The second look, at what is behind people and numbers, is spared where nobody is known yet. */
export async function look(
  client: pg.ClientBase,
  keys: readonly IntakeKey[],
  serials: number,
  { codes, pickups }: Codes,
): Promise<IntakeView> {
  const { rows } = await client.query<{
    answered: [string, string | null][] | null
    nonces: string[] | null
    contacts: Found[] | null
    serials: number[] | null
  }>({
    name: 'intake-look',
    text: firstStatement,
    values: [
      columns.text(keys, ({ channel }) => channel),
      columns.bytea(keys, ({ addressHash }) => addressHash),
      columns.text(keys, ({ dedupeKey }) => dedupeKey),
      columns.text(keys, ({ nonce }) => nonce),
      serials,
    ],
  })
  const first = rows[0]!
  const contacts = first.contacts ?? []
  const wanted: Wanted = {
    contacts: contacts.map(({ id }) => id),
    pickups: [...new Set(pickups.values())],
    persons: [...new Set([...codes.values()].map(({ personId }) => personId))],
    numbers: [...new Set(keys.flatMap(({ numbers }) => numbers))],
  }
  const behind = await lookFurther(client, wanted)
  return {
    answered: new Map(first.answered ?? []),
    usedNonces: new Set(first.nonces ?? []),
    contacts: new Map(
      contacts.map(({ hash, ...contact }) => [`${contact.channel} ${hash}`, { ...contact, ...behind.of(contact.id) }]),
    ),
    cases: behind.cases,
    serials: first.serials ?? [],
    codes,
    pickups: new Map(
      [...pickups].map(([code, contact]) => [code, { contact, accounts: behind.pickups.get(contact) ?? [contact] }]),
    ),
  }
}

interface Wanted {
  contacts: string[]
  pickups: string[]
  persons: string[]
  numbers: string[]
}

async function lookFurther(client: pg.ClientBase, { contacts, pickups, persons, numbers }: Wanted) {
  const further = new Map<string, Omit<Further, 'others' | 'unsaid'> & Pick<SeenContact, 'others' | 'unsaid'>>()
  const of = (id: string) => further.get(id) ?? { accounts: [id], pushed: [], others: [], unsaid: [] }
  if (contacts.length + pickups.length + persons.length + numbers.length === 0) {
    return { of, cases: [], pickups: new Map<string, string[]>() }
  }
  const { rows } = await client.query<{
    contacts: Further[] | null
    cases: CaseRow[] | null
    pickups: [string, string[]][] | null
  }>({ name: 'intake-look-further', text: furtherStatement, values: [contacts, pickups, persons, numbers] })
  const row = rows[0]!
  for (const { others, unsaid, ...contact } of row.contacts ?? []) {
    further.set(contact.id, { ...contact, others: others ?? [], unsaid: unsaid ?? [] })
  }
  return { of, cases: row.cases ?? [], pickups: new Map(row.pickups ?? []) }
}
