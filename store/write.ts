import type pg from 'pg'
import { wakeAt } from '#cases'
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
 * One statement over arrays, so that a batch of any size costs one round trip. A duplicate message, a reused nonce or
 * an event that somebody else wrote first breaks a unique index, and with it the whole batch: nothing is half written.
 */
const statement = `
WITH contacts AS (
  INSERT INTO contact (id, channel, address_hash, address_sealed, person_id, bound_at, following, dialogue, windows,
                       last_heard_at, created_at)
  SELECT id, channel, decode(address_hash, 'hex'), decode(address_sealed, 'hex'), person_id, bound_at, following,
         dialogue, windows, last_heard_at, created_at
  FROM json_to_recordset($1) AS r(id uuid, channel text, address_hash text, address_sealed text, person_id text,
    bound_at timestamptz, following boolean, dialogue jsonb, windows jsonb, last_heard_at timestamptz,
    created_at timestamptz)
  ORDER BY id
  ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, bound_at = excluded.bound_at,
    following = excluded.following, dialogue = excluded.dialogue, windows = excluded.windows,
    last_heard_at = excluded.last_heard_at
), messages AS (
  INSERT INTO message (id, channel, dedupe_key, nonce, contact_id, case_id, type, text, extra, salt, meaning, answer,
                       said_at, received_at)
  SELECT id, channel, dedupe_key, nonce, contact_id, case_id, type, text, extra, salt, meaning, answer, said_at,
         received_at
  FROM json_to_recordset($2) AS r(id uuid, channel text, dedupe_key text, nonce text, contact_id uuid, case_id uuid,
    type text, text text, extra jsonb, salt text, meaning text, answer text, said_at timestamptz,
    received_at timestamptz)
), cases AS (
  INSERT INTO "case" (id, number, status, version, head_hash, contact_id, deputy_id, region, place_text, opened_at, wake_at,
                      last_said_at, state)
  SELECT id, number, status, version, head_hash, contact_id, deputy_id, region, place_text, opened_at, wake_at, last_said_at, state
  FROM json_to_recordset($3) AS r(id uuid, number text, status text, version integer, head_hash text, contact_id uuid,
    deputy_id text, region text, place_text text, opened_at timestamptz, wake_at timestamptz, last_said_at timestamptz, state jsonb)
  ORDER BY id
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version,
    head_hash = excluded.head_hash, deputy_id = excluded.deputy_id, region = excluded.region, place_text = excluded.place_text,
    wake_at = excluded.wake_at, last_said_at = excluded.last_said_at, state = excluded.state
), events AS (
  INSERT INTO event (case_id, seq, at, actor, event, previous, hash)
  SELECT case_id, seq, at, actor, event, previous, hash
  FROM json_to_recordset($4) AS r(case_id uuid, seq integer, at timestamptz, actor jsonb, event jsonb, previous text,
    hash text)
), reopened AS (
  UPDATE delivery SET status = 'ready', code = NULL, reason = NULL, finished_at = NULL
  WHERE lane = ANY($7) AND status = 'refused' AND code IN ('window-closed', '45015', '45047', 'left', '43004')
    AND created_at > (SELECT max(last_heard_at) FROM json_to_recordset($1) AS h(last_heard_at timestamptz))
      - interval '7 days'
  RETURNING lane
), deliveries AS (
  INSERT INTO delivery (id, lane, contact_id, person_id, case_id, template, text, status, code, not_before, created_at,
                        finished_at)
  SELECT id, lane, contact_id, person_id, case_id, template, text, CASE WHEN refused IS NULL THEN 'ready' ELSE 'refused' END,
         refused, created_at, created_at, CASE WHEN refused IS NULL THEN NULL ELSE created_at END
  FROM json_to_recordset($5) AS r(id uuid, lane text, contact_id uuid, person_id text, case_id uuid,
    template text, text text, refused text, created_at timestamptz, position integer)
  ORDER BY position
)
INSERT INTO outbox (name, payload)
SELECT name, payload FROM json_to_recordset($6) AS r(name text, payload jsonb)
UNION ALL
SELECT DISTINCT 'deliver', jsonb_build_object('lane', lane) FROM reopened`

/** Runs inside the caller's transaction. */
export async function write(client: pg.ClientBase, writes: Writes): Promise<void> {
  await client.query({
    name: 'ledger-write',
    text: statement,
    values: [
      JSON.stringify(
        writes.contacts.map((contact) => ({
          id: contact.id,
          channel: contact.channel,
          address_hash: contact.addressHash.toString('hex'),
          address_sealed: contact.addressSealed?.toString('hex') ?? null,
          person_id: contact.personId,
          bound_at: contact.boundAt,
          following: contact.following,
          dialogue: contact.dialogue,
          windows: contact.windows,
          last_heard_at: contact.lastHeardAt,
          created_at: contact.createdAt,
        })),
      ),
      JSON.stringify(
        writes.messages.map((message) => ({
          id: message.id,
          channel: message.channel,
          dedupe_key: message.dedupeKey,
          nonce: message.nonce,
          contact_id: message.contactId,
          case_id: message.caseId,
          type: message.type,
          text: message.text,
          extra: message.extra,
          salt: message.salt,
          meaning: message.meaning,
          answer: message.answer,
          said_at: message.saidAt,
          received_at: message.receivedAt,
        })),
      ),
      JSON.stringify(
        writes.cases.map(({ state, headHash, lastSaidAt, placeText }) => ({
          id: state.id,
          number: state.number,
          status: state.status,
          version: state.version,
          head_hash: headHash,
          contact_id: state.resident,
          deputy_id: state.deputy,
          region: state.region,
          opened_at: state.openedAt,
          wake_at: wakeAt(state.due),
          last_said_at: lastSaidAt,
          place_text: placeText,
          state,
        })),
      ),
      JSON.stringify(
        writes.cases.flatMap(({ state, events }) =>
          events.map(({ seq, at, actor, event, previous, hash }) => ({
            case_id: state.id,
            seq,
            at,
            actor,
            event,
            previous,
            hash,
          })),
        ),
      ),
      JSON.stringify(
        writes.deliveries.map((delivery, position) => ({
          position,
          id: delivery.id,
          lane: delivery.lane,
          contact_id: delivery.contactId,
          person_id: delivery.personId,
          case_id: delivery.caseId,
          template: delivery.template,
          text: delivery.text,
          refused: delivery.refused,
          created_at: delivery.createdAt,
        })),
      ),
      JSON.stringify(writes.outbox),
      writes.reopenedLanes,
    ],
  })
}
