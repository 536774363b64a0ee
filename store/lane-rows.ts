import type pg from 'pg'
import { isPersonal } from './receivers.ts'
import type { Tried } from './receivers.ts'
import type { SendWindow } from './rows.ts'

// The statements of a step on lanes: what ended, what waits, what is taken on.

/** What a delivery says, and of what. */
export interface Words {
  id: string
  caseId: string | null
  caseNumber: string | null
  template: string
  text: string
}

/** Refused means by this account: the delivery falls to the person's next one, and is refused when none is left. */
export type Result =
  | { status: 'sent'; platformId: string | null }
  | { status: 'unknown'; code: string; reason: string }
  /** `only`: it concerns this account alone, and no other gets it. */
  | {
      status: 'refused'
      code: string
      reason: string
      only?: boolean
      /** The platform has counted otherwise than we did: what is left of the account's windows. */
      windowsAfter?: (windows: SendWindow[]) => SendWindow[]
    }
  | { status: 'ready'; notBefore: Date; code: string; reason: string }

/** A send that ended, of one delivery or of several in one message. */
export interface Finished {
  ids: string[]
  /** Under which they were taken on. */
  lease: string
  result: Result
}

export interface Waiting extends Words {
  seq: number
  lane: string
  status: string
  notBefore: Date
  createdAt: Date
  attempts: number
  tried: Tried[]
  /** It sends another one anew. */
  resent: boolean
  /** Under which it is being sent, and to which account. */
  lease: string | null
  account: string | null
}

/** A delivery taken on, and for which account. */
export interface Taken {
  id: string
  lease: string
  account: string
  heard: Date
}

/** A delivery that nobody is left for, and why. */
export interface Unreachable {
  id: string
  code: string
  reason: string | null
}

/** A delivery that waits: its receiver has been sent enough for now. */
export interface PutOff {
  id: string
  not_before: Date
}

/** The most that are taken on at once. */
const mostTogether = 5

/** After this a second account would say again what the first has partly said. */
const partlySent = 'partly-sent'

/** A finished send whose lease was still ours, and by which account it went. */
export interface Kept {
  id: string
  account: string | null
  heard: Date | null
}

/**
 * Writes down what became of sends; returns those whose lease was still ours, by id. What an account refused is ready
 * again for the next one: the same transaction finds out whether there is any.
 */
export async function finish(client: pg.ClientBase, finished: Finished[]): Promise<Map<string, Kept>> {
  if (finished.length === 0) return new Map()
  const { rows } = await client.query<Kept>({
    name: 'lanes-finish',
    text: `UPDATE delivery d SET status = CASE WHEN r.falls THEN 'ready' ELSE r.status END, code = r.code,
             reason = r.reason, platform_id = r.platform_id, lease = NULL, lease_until = NULL,
             not_before = COALESCE(r.not_before, d.not_before),
             finished_at = CASE WHEN r.falls OR r.status = 'ready' THEN NULL ELSE now() END,
             tried = CASE WHEN NOT r.falls THEN d.tried ELSE d.tried || jsonb_build_object(
               'account', d.account_id, 'channel', (SELECT channel FROM contact WHERE id = d.account_id),
               'code', r.code, 'reason', r.reason, 'heard', d.account_heard_at, 'attempts', d.attempts) END
           FROM json_to_recordset($1) AS r(id uuid, lease uuid, status text, code text, reason text, platform_id text,
             not_before timestamptz, falls boolean)
           WHERE d.id = r.id AND d.lease = r.lease
           RETURNING d.id, d.account_id AS account, d.account_heard_at AS heard`,
    values: [
      JSON.stringify(
        finished.flatMap(({ ids, lease, result }) => {
          const end = {
            lease,
            status: result.status,
            falls: result.status === 'refused' && result.code !== partlySent && result.only !== true,
            code: 'code' in result ? result.code : null,
            reason: 'reason' in result ? result.reason : null,
            platform_id: result.status === 'sent' ? result.platformId : null,
            not_before: result.status === 'ready' ? result.notBefore : null,
          }
          return ids.map((id) => ({ id, ...end }))
        }),
      ),
    ],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * The lowest unfinished delivery of each lane, locked in the lanes' order, the same for everybody; of people on the rolls,
 * who are told of many cases at once, several.
 */
export async function waitingOn(client: pg.ClientBase, lanes: string[]): Promise<Map<string, Waiting[]>> {
  const { rows } = await client.query<Waiting>({
    name: 'lanes-waiting',
    text: `SELECT w.* FROM unnest($1::text[], $2::int[]) AS l(lane, most) CROSS JOIN LATERAL (
             SELECT id, seq::float8 AS seq, lane, status, not_before AS "notBefore", created_at AS "createdAt",
               template, text, attempts, tried, resend_of IS NOT NULL AS resent, lease, account_id AS account, case_id AS "caseId",
               (SELECT number FROM "case" WHERE "case".id = delivery.case_id) AS "caseNumber"
             FROM delivery WHERE lane = l.lane AND status IN ('ready', 'sending')
             ORDER BY delivery.seq LIMIT l.most FOR UPDATE
           ) AS w`,
    values: [lanes, lanes.map((lane) => (isPersonal(lane) ? mostTogether : 1))],
  })
  return Map.groupBy(rows, ({ lane }) => lane)
}

export async function take(
  client: pg.ClientBase,
  taken: Taken[],
  refused: Unreachable[],
  putOff: PutOff[],
  spent: ReadonlyMap<string, SendWindow[]>,
  leaseMs: number,
): Promise<void> {
  await client.query({
    name: 'lanes-take',
    text: `WITH spent AS (
             UPDATE contact c SET windows = r.windows FROM json_to_recordset($1) AS r(id uuid, windows json)
             WHERE c.id = r.id
           ), refused AS (
             UPDATE delivery d SET status = 'refused', code = r.code, reason = r.reason, finished_at = now()
             FROM json_to_recordset($2) AS r(id uuid, code text, reason text) WHERE d.id = r.id
           ), put_off AS (
             UPDATE delivery d SET not_before = r.not_before
             FROM json_to_recordset($5) AS r(id uuid, not_before timestamptz) WHERE d.id = r.id
           )
           UPDATE delivery d SET status = 'sending', lease = r.lease, attempts = d.attempts + 1,
             lease_until = now() + $4 * interval '1 ms', account_id = r.account, account_heard_at = r.heard
           FROM json_to_recordset($3) AS r(id uuid, lease uuid, account uuid, heard timestamptz) WHERE d.id = r.id`,
    values: [
      JSON.stringify([...spent].map(([id, windows]) => ({ id, windows }))),
      JSON.stringify(refused),
      JSON.stringify(taken),
      leaseMs,
      JSON.stringify(putOff),
    ],
  })
}
