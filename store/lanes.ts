import type pg from 'pg'
import { chooseAccount, receiversOf } from './receivers.ts'
import type { Receiver, Receivers, Tried } from './receivers.ts'
import type { SendWindow } from './rows.ts'
import { byIndexOnly, inTransaction } from './transaction.ts'

/** A delivery taken on to be sent: marked `sending`, committed, and nobody else's until the lease ends. */
export interface Claimed {
  id: string
  lease: string
  lane: string
  caseId: string | null
  caseNumber: string | null
  template: string
  text: string
  /** How often it has been attempted on this account, this time included. */
  attempts: number
  channel: string
  addressSealed: Buffer
}

/** What was found on a lane. */
export type Claim =
  | { state: 'claimed'; delivery: Claimed }
  /** Nothing to send, or somebody else is sending. */
  | { state: 'idle' }
  /** The next one may not go out yet. */
  | { state: 'later'; at: Date }
  /** The next one can't go out, and has just been marked so; there may be more behind it. */
  | { state: 'refused'; id: string; code: string }

/** Takes what a delivery needs from the windows; null when there isn't enough left, a time when it must wait till then. */
export type Spend = (
  windows: SendWindow[],
  channel: string,
  now: Date,
  delivery: Pick<Claimed, 'caseNumber' | 'template' | 'text'>,
) => SendWindow[] | Date | null

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

/** One step on a lane: what became of the send before, if there was one, then the next one, if there is one. */
export interface Step {
  lane: string
  /** The lease under which the next one is taken. */
  lease: string
  finished: { id: string; lease: string; result: Result } | null
  /** Nothing more is taken on: whoever steps is about to stop. */
  last?: boolean
}

export interface Stepped {
  /** False when the finished send had lost its lease: its row was left as it is. */
  ours: boolean
  claim: Claim
}

interface Head {
  id: string
  seq: number
  lane: string
  status: string
  notBefore: Date
  createdAt: Date
  template: string
  text: string
  attempts: number
  caseId: string | null
  caseNumber: string | null
  tried: Tried[]
  /** Under which it is being sent, and to which account. */
  lease: string | null
  account: string | null
}

/** A delivery taken on, and for which account. */
interface Taken {
  id: string
  lease: string
  account: string
  heard: Date
}

/** A delivery that nobody is left for, and why. */
interface Unreachable {
  id: string
  code: string
  reason: string | null
}

/** A delivery that waits: its receiver has been sent enough for now. */
interface PutOff {
  id: string
  not_before: Date
}

/** After this a second account would say again what the first has partly said. */
const partlySent = 'partly-sent'

/**
 * Steps on many lanes in one transaction. Of each person the lowest unfinished delivery is taken, and only that one:
 * order follows from it, also for a resident with several accounts, who has a lane of each. `sending` is committed before
 * any call goes out, so that a crash in between is seen as unknown, never sent twice. Leases alone run by the database's clock, the one that all workers share.
 */
export function stepLanes(pool: pg.Pool, steps: Step[], leaseMs: number, now: Date, spend: Spend): Promise<Stepped[]> {
  return inTransaction(
    pool,
    async (client, along) => {
      const lanes = [...new Set(steps.map(({ lane }) => lane))].sort()
      // Receivers first: whoever opens a window lets go of what it held back, and that stands before what came later. And
      // everybody locks accounts before deliveries, so that two who step on one person's lanes never wait for each other.
      const [receivers, kept] = await Promise.all([receiversOf(client, lanes), finish(client, steps)])
      const heads = await headsOf(client, [...new Set(lanes.flatMap((lane) => receivers.lanesOf(lane)))].sort())
      const taken: Taken[] = []
      const refused: Unreachable[] = []
      const putOff: PutOff[] = []
      const spent = windowsAfter(steps, kept, receivers)
      const seen = new Set<string>()

      const stepped = steps.map((step): Stepped => {
        const ours = step.finished === null || kept.has(step.finished.id)
        const key = receivers.keyOf(step.lane)
        const head = headOf(step.lane, receivers, heads)
        const again = head?.status === 'sending' && head.lease === step.lease
        // The same person twice in one batch: the first step has it.
        if (step.last || !head || (head.status === 'sending' && !again) || seen.has(key)) {
          return { ours, claim: { state: 'idle' } }
        }
        seen.add(key)
        if (again) {
          // This step failed and was committed all the same: nobody heard of what it took, and nothing of it went out.
          const account = receivers.accountsOf(step.lane).find(({ id }) => id === head.account)
          if (!account) return { ours, claim: { state: 'idle' } }
          taken.push({ id: head.id, lease: step.lease, account: account.id, heard: account.heardAt })
          return { ours, claim: { state: 'claimed', delivery: claimedOf(head, step.lease, account) } }
        }
        // What was never put off may go at once, whatever the clock said when it was written.
        if (head.notBefore > now && head.notBefore > head.createdAt) {
          return { ours, claim: { state: 'later', at: head.notBefore } }
        }
        const chosen = chooseAccount(
          receivers.accountsOf(step.lane),
          head.tried,
          ({ id, windows }: Receiver) => spent.get(id) ?? windows,
          (windows, channel) => spend(windows, channel, now, head),
        )
        if (chosen.account === null && chosen.later !== undefined) {
          putOff.push({ id: head.id, not_before: chosen.later })
          return { ours, claim: { state: 'later', at: chosen.later } }
        }
        if (chosen.account === null) {
          refused.push({ id: head.id, code: chosen.code, reason: chosen.reason })
          return { ours, claim: { state: 'refused', id: head.id, code: chosen.code } }
        }
        const { account, left } = chosen
        spent.set(account.id, left)
        taken.push({ id: head.id, lease: step.lease, account: account.id, heard: account.heardAt })
        return { ours, claim: { state: 'claimed', delivery: claimedOf(head, step.lease, account) } }
      })
      if (taken.length + refused.length + putOff.length + spent.size > 0) {
        along(take(client, taken, refused, putOff, spent, leaseMs))
      }
      return stepped
    },
    byIndexOnly,
  )
}

/**
 * The windows of accounts to which the platform let nothing more through. While ours stood open, the next delivery might
 * pass at the moment its person writes, and stand before the one that was refused.
 */
function windowsAfter(steps: Step[], kept: ReadonlyMap<string, Kept>, receivers: Receivers): Map<string, SendWindow[]> {
  const after = new Map<string, SendWindow[]>()
  for (const { lane, finished } of steps) {
    const change = finished?.result.status === 'refused' ? finished.result.windowsAfter : undefined
    const by = change && kept.get(finished!.id)
    // Heard from since the send was begun: what that opened is open.
    const account = receivers
      .accountsOf(lane)
      .find(({ id, heardAt }) => id === by?.account && heardAt.getTime() === by.heard?.getTime())
    if (change && account) after.set(account.id, change(account.windows))
  }
  return after
}

/** The lowest unfinished delivery of a person, over all their lanes. */
function headOf(lane: string, { lanesOf }: Receivers, heads: ReadonlyMap<string, Head>): Head | undefined {
  const all = lanesOf(lane).flatMap((each) => heads.get(each) ?? [])
  return all.sort((a, b) => a.seq - b.seq)[0]
}

function claimedOf(head: Head, lease: string, { channel, addressSealed }: Receiver): Claimed {
  const { id, lane, caseId, caseNumber, template, text, tried } = head
  const attempts = head.attempts + 1 - (tried.at(-1)?.attempts ?? 0)
  return { id, lease, lane, caseId, caseNumber, template, text, attempts, channel, addressSealed: addressSealed! }
}

/** A finished send whose lease was still ours, and by which account it went. */
interface Kept {
  id: string
  account: string | null
  heard: Date | null
}

/**
 * Writes down what became of sends; returns those whose lease was still ours, by id. What an account refused is ready
 * again for the next one: the same transaction finds out whether there is any.
 */
async function finish(client: pg.ClientBase, steps: Step[]): Promise<Map<string, Kept>> {
  const finished = steps.map((step) => step.finished).filter((each) => each !== null)
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
        finished.map(({ id, lease, result }) => ({
          id,
          lease,
          status: result.status,
          falls: result.status === 'refused' && result.code !== partlySent && result.only !== true,
          code: 'code' in result ? result.code : null,
          reason: 'reason' in result ? result.reason : null,
          platform_id: result.status === 'sent' ? result.platformId : null,
          not_before: result.status === 'ready' ? result.notBefore : null,
        })),
      ),
    ],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

/** The lowest unfinished delivery of each lane, locked in the lanes' order, the same for everybody. */
async function headsOf(client: pg.ClientBase, lanes: string[]): Promise<Map<string, Head>> {
  const { rows } = await client.query<Head>({
    name: 'lanes-heads',
    text: `SELECT h.* FROM unnest($1::text[]) AS l(lane) CROSS JOIN LATERAL (
             SELECT id, seq::float8 AS seq, lane, status, not_before AS "notBefore", created_at AS "createdAt",
               template, text, attempts, tried, lease, account_id AS account, case_id AS "caseId",
               (SELECT number FROM "case" WHERE "case".id = delivery.case_id) AS "caseNumber"
             FROM delivery WHERE lane = l.lane AND status IN ('ready', 'sending') ORDER BY delivery.seq LIMIT 1 FOR UPDATE
           ) AS h`,
    values: [lanes],
  })
  return new Map(rows.map((head) => [head.lane, head]))
}

async function take(
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
