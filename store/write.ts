import type pg from 'pg'
import { wakeAt } from '#cases'
import type { Case, Linked } from '#cases'
import { columns } from './columns.ts'
import type { CaseWrite, ContactRow, DeliveryRow, MessageRow, OutboxRow } from './rows.ts'

/** All that one batch adds to the ledger. */
export interface Writes {
  contacts: ContactWrite[]
  messages: MessageRow[]
  cases: CaseWrite[]
  deliveries: DeliveryRow[]
  outbox: OutboxRow[]
  /** Lanes whose person was heard from again: what the platform's quota held back goes out now. */
  reopenedLanes: string[]
}

interface ContactWrite extends ContactRow {
  addressHash: Buffer
  addressSealed: Buffer | null
}

interface EventWrite extends Linked {
  caseId: string
}

interface Values {
  uuid: string
  text: string
  bytea: Buffer
  int4: number
  bool: boolean
  timestamptz: string
  json: string
}

/** A column of a table: its name, its type, and what of a row stands in it. */
type Part<Row> = {
  [Type in keyof Values]: readonly [name: string, type: Type, of: (row: Row) => Values[Type] | null | undefined]
}[keyof Values]

const contactParts: readonly Part<ContactWrite>[] = [
  ['id', 'uuid', ({ id }) => id],
  ['channel', 'text', ({ channel }) => channel],
  ['address_hash', 'bytea', ({ addressHash }) => addressHash],
  ['address_sealed', 'bytea', ({ addressSealed }) => addressSealed],
  ['person_id', 'text', ({ personId }) => personId],
  ['bound_at', 'timestamptz', ({ boundAt }) => boundAt],
  ['following', 'bool', ({ following }) => following],
  ['dialogue', 'json', ({ dialogue }) => JSON.stringify(dialogue)],
  ['windows', 'json', ({ windows }) => JSON.stringify(windows)],
  ['last_heard_at', 'timestamptz', ({ lastHeardAt }) => lastHeardAt],
  ['created_at', 'timestamptz', ({ createdAt }) => createdAt],
]

const messageParts: readonly Part<MessageRow>[] = [
  ['id', 'uuid', ({ id }) => id],
  ['channel', 'text', ({ channel }) => channel],
  ['dedupe_key', 'text', ({ dedupeKey }) => dedupeKey],
  ['nonce', 'text', ({ nonce }) => nonce],
  ['contact_id', 'uuid', ({ contactId }) => contactId],
  ['case_id', 'uuid', ({ caseId }) => caseId],
  ['type', 'text', ({ type }) => type],
  ['text', 'text', ({ text }) => text],
  ['extra', 'json', ({ extra }) => (extra === null || extra === undefined ? null : JSON.stringify(extra))],
  ['salt', 'text', ({ salt }) => salt],
  ['meaning', 'text', ({ meaning }) => meaning],
  ['answer', 'text', ({ answer }) => answer],
  ['said_at', 'timestamptz', ({ saidAt }) => saidAt],
  ['received_at', 'timestamptz', ({ receivedAt }) => receivedAt],
]

const caseParts: readonly Part<CaseWrite>[] = [
  ['id', 'uuid', ({ state }) => state.id],
  ['number', 'text', ({ state }) => state.number],
  ['status', 'text', ({ state }) => state.status],
  ['version', 'int4', ({ state }) => state.version],
  ['head_hash', 'text', ({ headHash }) => headHash],
  ['contact_id', 'uuid', ({ state }) => state.resident],
  ['deputy_id', 'text', ({ state }) => state.deputy],
  ['through_id', 'text', ({ state }) => state.through],
  ['region', 'text', ({ state }) => state.region],
  ['place_text', 'text', ({ placeText }) => placeText],
  ['opened_at', 'timestamptz', ({ state }) => state.openedAt],
  ['wake_at', 'timestamptz', ({ state }) => wakeAt(state.due)],
  ['last_said_at', 'timestamptz', ({ lastSaidAt }) => lastSaidAt],
  ['state', 'json', ({ state }) => JSON.stringify(state satisfies Case)],
]

const eventParts: readonly Part<EventWrite>[] = [
  ['case_id', 'uuid', ({ caseId }) => caseId],
  ['seq', 'int4', ({ seq }) => seq],
  ['at', 'timestamptz', ({ at }) => at],
  ['actor', 'json', ({ actorJson }) => actorJson],
  ['event', 'json', ({ eventJson }) => eventJson],
  ['previous', 'text', ({ previous }) => previous],
  ['hash', 'text', ({ hash }) => hash],
]

const deliveryParts: readonly Part<DeliveryRow>[] = [
  ['id', 'uuid', ({ id }) => id],
  ['lane', 'text', ({ lane }) => lane],
  ['contact_id', 'uuid', ({ contactId }) => contactId],
  ['person_id', 'text', ({ personId }) => personId],
  ['case_id', 'uuid', ({ caseId }) => caseId],
  ['template', 'text', ({ template }) => template],
  ['text', 'text', ({ text }) => text],
  ['unheard', 'text', ({ refused }) => refused],
  ['created_at', 'timestamptz', ({ createdAt }) => createdAt],
]

const outboxParts: readonly Part<OutboxRow>[] = [
  ['name', 'text', ({ name }) => name],
  ['payload', 'json', ({ payload }) => JSON.stringify(payload)],
]

let parameters = 0

/** The rows of a table as the statement gets them: each table takes the next parameters. */
function rowsOf<Row>(parts: readonly Part<Row>[]) {
  const first = parameters
  const given = parts.map(([name, type]) => [name, `$${++parameters}::${type}[]`] as const)
  return {
    names: parts.map(([name]) => name).join(', '),
    rows: `unnest(${given.map(([, parameter]) => parameter).join(', ')})`,
    column: (wanted: string) => given.find(([name]) => name === wanted)![1],
    /** Puts the rows where its parameters are. */
    lay(values: unknown[], rows: readonly Row[]): void {
      for (const [at, [, type, of]] of parts.entries()) values[first + at] = columns[type](rows, of as never)
    },
  }
}

const contact = rowsOf(contactParts)
const message = rowsOf(messageParts)
const cases = rowsOf(caseParts)
const event = rowsOf(eventParts)
const delivery = rowsOf(deliveryParts)
const outbox = rowsOf(outboxParts)
const reopenedLanes = `$${++parameters}::text[]`

/**
 * One statement over columns, so that a batch of any size costs one round trip. A duplicate message, a reused nonce or
 * an event that somebody else wrote first breaks a unique index, and with it the whole batch: nothing is half written.
 * Cases go before their events, as they do for whoever changes one case alone: the other way round they would wait for
 * one another. That nobody is bound is what a bot believed some seconds ago, and is asked of the ledger once more.
 */
const statement = `
WITH contacts AS (
  INSERT INTO contact (${contact.names})
  SELECT * FROM ${contact.rows}
  ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, bound_at = excluded.bound_at,
    following = excluded.following, dialogue = excluded.dialogue, windows = excluded.windows,
    last_heard_at = excluded.last_heard_at
), messages AS (
  INSERT INTO message (${message.names})
  SELECT * FROM ${message.rows}
), cases AS (
  INSERT INTO "case" (${cases.names})
  SELECT * FROM ${cases.rows}
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version,
    head_hash = excluded.head_hash, deputy_id = excluded.deputy_id, through_id = excluded.through_id,
    region = excluded.region, place_text = excluded.place_text, wake_at = excluded.wake_at, last_said_at = excluded.last_said_at,
    state = excluded.state
  RETURNING id
), events AS (
  INSERT INTO event (${event.names})
  SELECT * FROM ${event.rows}
  WHERE (SELECT count(*) FROM cases) IS NOT NULL
), reopened AS (
  UPDATE delivery SET status = 'ready', code = NULL, reason = NULL, finished_at = NULL
  WHERE lane = ANY(${reopenedLanes}) AND status = 'refused' AND code IN ('window-closed', '45015', '45047', 'left', '43004')
    AND created_at > (SELECT max(h) FROM unnest(${contact.column('last_heard_at')}) AS h) - interval '7 days'
  RETURNING lane
), deliveries AS (
  INSERT INTO delivery (id, lane, contact_id, person_id, case_id, template, text, status, code, not_before, created_at,
                        finished_at)
  SELECT id, lane, contact_id, person_id, case_id, template, text,
         CASE WHEN refused IS NULL THEN 'ready' ELSE 'refused' END, refused, created_at, created_at,
         CASE WHEN refused IS NULL THEN NULL ELSE created_at END
  FROM ${delivery.rows} WITH ORDINALITY AS r(${delivery.names}, position),
    LATERAL (SELECT CASE WHEN unheard = 'unbound'
      AND r.person_id = ANY (ARRAY(SELECT c.person_id FROM contact c WHERE c.person_id = ANY(${delivery.column('person_id')})))
      THEN NULL ELSE unheard END AS refused OFFSET 0) AS known
  ORDER BY position
)
INSERT INTO outbox (${outbox.names})
SELECT * FROM ${outbox.rows}
UNION ALL
SELECT 'deliver', json_build_object('lane', lane) FROM (SELECT DISTINCT lane FROM reopened) AS r`

/** Two that write the same rows must take them in one order, lest they wait for one another. */
const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** Runs inside the caller's transaction. */
export async function write(client: pg.ClientBase, writes: Writes): Promise<void> {
  const changed = writes.cases.toSorted((a, b) => byId(a.state, b.state))
  const events = changed.flatMap(({ state, events: added }) => added.map((event) => ({ ...event, caseId: state.id })))
  const values: unknown[] = []
  contact.lay(values, writes.contacts.toSorted(byId))
  message.lay(values, writes.messages)
  cases.lay(values, changed)
  event.lay(values, events)
  delivery.lay(values, writes.deliveries)
  outbox.lay(values, writes.outbox)
  values.push(columns.text(writes.reopenedLanes, (lane) => lane))
  await client.query({ name: 'ledger-write', text: statement, values })
}
