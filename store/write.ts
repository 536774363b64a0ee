import type pg from 'pg'
import { wakeAt } from '#cases'
import { columns } from './columns.ts'
import type { CaseWrite, ContactRow, DeliveryRow, MessageRow, OutboxRow } from './rows.ts'

/** All that one batch adds to the ledger. */
export interface Writes {
  contacts: (ContactRow & { addressHash: Buffer; addressSealed: Buffer | null })[]
  messages: MessageRow[]
  cases: CaseWrite[]
  deliveries: DeliveryRow[]
  outbox: OutboxRow[]
  /** Lanes whose person was heard from again: what the platform's quota held back goes out now. */
  reopenedLanes: string[]
}

/**
 * One statement over columns, so that a batch of any size costs one round trip. A duplicate message, a reused nonce or
 * an event that somebody else wrote first breaks a unique index, and with it the whole batch: nothing is half written.
 * Cases go before their events, as they do for whoever changes one case alone: the other way round they would wait for
 * one another. That nobody is bound is what a bot believed some seconds ago, and is asked of the ledger once more.
 */
const statement = `
WITH contacts AS (
  INSERT INTO contact (id, channel, address_hash, address_sealed, person_id, bound_at, following, dialogue, windows,
                       last_heard_at, created_at)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::text[], $6::timestamptz[], $7::bool[],
    $8::jsonb[], $9::jsonb[], $10::timestamptz[], $11::timestamptz[]) AS r(id)
  ORDER BY r.id
  ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, bound_at = excluded.bound_at,
    following = excluded.following, dialogue = excluded.dialogue, windows = excluded.windows,
    last_heard_at = excluded.last_heard_at
), messages AS (
  INSERT INTO message (id, channel, dedupe_key, nonce, contact_id, case_id, type, text, extra, salt, meaning, answer,
                       said_at, received_at)
  SELECT * FROM unnest($12::uuid[], $13::text[], $14::text[], $15::text[], $16::uuid[], $17::uuid[], $18::text[],
    $19::text[], $20::jsonb[], $21::text[], $22::text[], $23::text[], $24::timestamptz[], $25::timestamptz[])
), cases AS (
  INSERT INTO "case" (id, number, status, version, head_hash, contact_id, deputy_id, region, place_text, opened_at,
                      wake_at, last_said_at, state)
  SELECT * FROM unnest($26::uuid[], $27::text[], $28::text[], $29::int4[], $30::text[], $31::uuid[], $32::text[],
    $33::text[], $34::text[], $35::timestamptz[], $36::timestamptz[], $37::timestamptz[], $38::jsonb[]) AS r(id)
  ORDER BY r.id
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version,
    head_hash = excluded.head_hash, deputy_id = excluded.deputy_id, region = excluded.region,
    place_text = excluded.place_text, wake_at = excluded.wake_at, last_said_at = excluded.last_said_at,
    state = excluded.state
  RETURNING id
), events AS (
  INSERT INTO event (case_id, seq, at, actor, event, previous, hash)
  SELECT * FROM unnest($39::uuid[], $40::int4[], $41::timestamptz[], $42::jsonb[], $43::jsonb[], $44::text[], $45::text[])
  WHERE (SELECT count(*) FROM cases) IS NOT NULL
), reopened AS (
  UPDATE delivery SET status = 'ready', code = NULL, reason = NULL, finished_at = NULL
  WHERE lane = ANY($46) AND status = 'refused' AND code IN ('window-closed', '45015', '45047', 'left', '43004')
    AND created_at > (SELECT max(h) FROM unnest($10::timestamptz[]) AS h) - interval '7 days'
  RETURNING lane
), deliveries AS (
  INSERT INTO delivery (id, lane, contact_id, person_id, case_id, template, text, status, code, not_before, created_at,
                        finished_at)
  SELECT id, lane, contact_id, person_id, case_id, template, text,
         CASE WHEN refused IS NULL THEN 'ready' ELSE 'refused' END, refused, created_at, created_at,
         CASE WHEN refused IS NULL THEN NULL ELSE created_at END
  FROM unnest($47::uuid[], $48::text[], $49::uuid[], $50::text[], $51::uuid[], $52::text[], $53::text[], $54::text[],
    $55::timestamptz[]) WITH ORDINALITY AS r(id, lane, contact_id, person_id, case_id, template, text, unheard,
    created_at, position),
    LATERAL (SELECT CASE WHEN unheard = 'unbound'
      AND r.person_id = ANY (ARRAY(SELECT c.person_id FROM contact c WHERE c.person_id = ANY($50)))
      THEN NULL ELSE unheard END AS refused OFFSET 0) AS known
  ORDER BY position
)
INSERT INTO outbox (name, payload)
SELECT * FROM unnest($56::text[], $57::jsonb[])
UNION ALL
SELECT DISTINCT 'deliver', jsonb_build_object('lane', lane) FROM reopened`

/** Runs inside the caller's transaction. */
export async function write(client: pg.ClientBase, writes: Writes): Promise<void> {
  const { contacts, messages, cases, deliveries, outbox, reopenedLanes } = writes
  const states = cases.map(({ state }) => state)
  const events = cases.flatMap(({ state, events: added }) => added.map((event) => ({ caseId: state.id, ...event })))
  await client.query({
    name: 'ledger-write',
    text: statement,
    values: [
      columns.uuid(contacts, ({ id }) => id),
      columns.text(contacts, ({ channel }) => channel),
      columns.bytea(contacts, ({ addressHash }) => addressHash),
      columns.bytea(contacts, ({ addressSealed }) => addressSealed),
      columns.text(contacts, ({ personId }) => personId),
      columns.timestamptz(contacts, ({ boundAt }) => boundAt),
      columns.bool(contacts, ({ following }) => following),
      columns.jsonb(contacts, ({ dialogue }) => dialogue),
      columns.jsonb(contacts, ({ windows }) => windows),
      columns.timestamptz(contacts, ({ lastHeardAt }) => lastHeardAt),
      columns.timestamptz(contacts, ({ createdAt }) => createdAt),

      columns.uuid(messages, ({ id }) => id),
      columns.text(messages, ({ channel }) => channel),
      columns.text(messages, ({ dedupeKey }) => dedupeKey),
      columns.text(messages, ({ nonce }) => nonce),
      columns.uuid(messages, ({ contactId }) => contactId),
      columns.uuid(messages, ({ caseId }) => caseId),
      columns.text(messages, ({ type }) => type),
      columns.text(messages, ({ text }) => text),
      columns.jsonb(messages, ({ extra }) => extra),
      columns.text(messages, ({ salt }) => salt),
      columns.text(messages, ({ meaning }) => meaning),
      columns.text(messages, ({ answer }) => answer),
      columns.timestamptz(messages, ({ saidAt }) => saidAt),
      columns.timestamptz(messages, ({ receivedAt }) => receivedAt),

      columns.uuid(states, ({ id }) => id),
      columns.text(states, ({ number }) => number),
      columns.text(states, ({ status }) => status),
      columns.int4(states, ({ version }) => version),
      columns.text(cases, ({ headHash }) => headHash),
      columns.uuid(states, ({ resident }) => resident),
      columns.text(states, ({ deputy }) => deputy),
      columns.text(states, ({ region }) => region),
      columns.text(cases, ({ placeText }) => placeText),
      columns.timestamptz(states, ({ openedAt }) => openedAt),
      columns.timestamptz(states, ({ due }) => wakeAt(due)),
      columns.timestamptz(cases, ({ lastSaidAt }) => lastSaidAt),
      columns.jsonb(states, (state) => state),

      columns.uuid(events, ({ caseId }) => caseId),
      columns.int4(events, ({ seq }) => seq),
      columns.timestamptz(events, ({ at }) => at),
      columns.jsonb(events, ({ actor }) => actor),
      columns.jsonb(events, ({ event }) => event),
      columns.text(events, ({ previous }) => previous),
      columns.text(events, ({ hash }) => hash),

      reopenedLanes,

      columns.uuid(deliveries, ({ id }) => id),
      columns.text(deliveries, ({ lane }) => lane),
      columns.uuid(deliveries, ({ contactId }) => contactId),
      columns.text(deliveries, ({ personId }) => personId),
      columns.uuid(deliveries, ({ caseId }) => caseId),
      columns.text(deliveries, ({ template }) => template),
      columns.text(deliveries, ({ text }) => text),
      columns.text(deliveries, ({ refused }) => refused),
      columns.timestamptz(deliveries, ({ createdAt }) => createdAt),

      columns.text(outbox, ({ name }) => name),
      columns.jsonb(outbox, ({ payload }) => payload),
    ],
  })
}
