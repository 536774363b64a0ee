import type pg from 'pg'
import type { SendWindow } from './rows.ts'
import { byIndexOnly, inTransaction } from './transaction.ts'

/** A delivery taken on to be sent: marked `sending`, committed, and nobody else's until the lease ends. */
export interface Claimed {
  id: string
  lease: string
  lane: string
  caseId: string | null
  text: string
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

/** Takes a send from the open windows; null when there is none left. */
export type Spend = (windows: SendWindow[], channel: string, now: Date) => SendWindow[] | null

export type Result =
  | { status: 'sent'; platformId: string | null }
  | { status: 'refused' | 'unknown'; code: string; reason: string }
  | { status: 'ready'; notBefore: Date; code: string; reason: string }

/** One step on a lane: what became of the send before, if there was one, then the next one, if there is one. */
export interface Step {
  lane: string
  /** The lease under which the next one is taken. */
  lease: string
  finished: { id: string; lease: string; result: Result } | null
}

export interface Stepped {
  /** False when the finished send had lost its lease: its row was left as it is. */
  ours: boolean
  claim: Claim
}

interface Head {
  id: string
  lane: string
  status: string
  notBefore: Date
  text: string
  attempts: number
  contactId: string | null
  personId: string | null
  caseId: string | null
}

/** What the lane of somebody on the rolls begins with; a resident's is the contact's id. */
const personLane = 'person:'

interface Receiver {
  id: string
  /** The people of this batch whose chosen account it is. */
  persons: string[]
  channel: string
  addressSealed: Buffer | null
  following: boolean
  windows: SendWindow[]
}

/**
 * Steps on many lanes in one transaction. On each the lowest unfinished delivery is taken, and only that one: order
 * follows from it. `sending` is committed before any call goes out, so that a crash in between is seen as unknown,
 * never sent twice. Leases alone run by the database's clock, the one that all workers share.
 */
export function stepLanes(pool: pg.Pool, steps: Step[], leaseMs: number, now: Date, spend: Spend): Promise<Stepped[]> {
  return inTransaction(
    pool,
    async (client) => {
      const lost = await finish(client, steps)
      const lanes = [...new Set(steps.map(({ lane }) => lane))].sort()
      // Receivers first: whoever opens a window lets go of what it held back, and that stands before what came later.
      const receivers = await receiversOf(client, lanes)
      const heads = await headsOf(client, lanes)
      const taken: { id: string; lease: string }[] = []
      const refused: { id: string; code: string }[] = []
      const spent = new Map<string, SendWindow[]>()
      const seen = new Set<string>()

      const stepped = steps.map((step): Stepped => {
        const ours = step.finished === null || !lost.has(step.finished.id)
        const head = heads.get(step.lane)
        // The same lane twice in one batch: the first step has it.
        if (!head || head.status === 'sending' || seen.has(step.lane)) return { ours, claim: { state: 'idle' } }
        seen.add(step.lane)
        if (head.notBefore > now) return { ours, claim: { state: 'later', at: head.notBefore } }
        const receiver = receivers(head)
        const windows = receiver && (spent.get(receiver.id) ?? receiver.windows)
        const left = receiver && windows && spend(windows, receiver.channel, now)
        const code = !receiver?.addressSealed ? 'unbound' : !receiver.following ? 'left' : left ? null : 'window-closed'
        if (code !== null) {
          refused.push({ id: head.id, code })
          return { ours, claim: { state: 'refused', id: head.id, code } }
        }
        spent.set(receiver!.id, left!)
        taken.push({ id: head.id, lease: step.lease })
        const { id, lane, caseId, text, attempts } = head
        const { channel, addressSealed } = receiver!
        const delivery = {
          id,
          lane,
          caseId,
          text,
          channel,
          lease: step.lease,
          attempts: attempts + 1,
          addressSealed: addressSealed!,
        }
        return { ours, claim: { state: 'claimed', delivery } }
      })
      if (taken.length + refused.length > 0) await take(client, taken, refused, spent, leaseMs)
      return stepped
    },
    byIndexOnly,
  )
}

/** Writes down what became of sends; returns the ids whose lease was no longer ours. */
async function finish(client: pg.ClientBase, steps: Step[]): Promise<Set<string>> {
  const finished = steps.map((step) => step.finished).filter((each) => each !== null)
  if (finished.length === 0) return new Set()
  const { rows } = await client.query<{ id: string }>({
    name: 'lanes-finish',
    text: `UPDATE delivery d SET status = r.status, code = r.code, reason = r.reason, platform_id = r.platform_id,
             lease = NULL, lease_until = NULL, not_before = COALESCE(r.not_before, d.not_before),
             finished_at = CASE WHEN r.status = 'ready' THEN NULL ELSE now() END
           FROM json_to_recordset($1) AS r(id uuid, lease uuid, status text, code text, reason text, platform_id text,
             not_before timestamptz)
           WHERE d.id = r.id AND d.lease = r.lease AND d.status = 'sending' RETURNING d.id`,
    values: [
      JSON.stringify(
        finished.map(({ id, lease, result }) => ({
          id,
          lease,
          status: result.status,
          code: 'code' in result ? result.code : null,
          reason: 'reason' in result ? result.reason : null,
          platform_id: result.status === 'sent' ? result.platformId : null,
          not_before: result.status === 'ready' ? result.notBefore : null,
        })),
      ),
    ],
  })
  const kept = new Set(rows.map(({ id }) => id))
  return new Set(finished.map(({ id }) => id).filter((id) => !kept.has(id)))
}

/** The lowest unfinished delivery of each lane, locked in the lanes' order, the same for everybody. */
async function headsOf(client: pg.ClientBase, lanes: string[]): Promise<Map<string, Head>> {
  const { rows } = await client.query<Head>({
    name: 'lanes-heads',
    text: `SELECT h.* FROM unnest($1::text[]) AS l(lane) CROSS JOIN LATERAL (
             SELECT id, lane, status, not_before AS "notBefore", text, attempts, contact_id AS "contactId",
               person_id AS "personId", case_id AS "caseId"
             FROM delivery WHERE lane = l.lane AND status IN ('ready', 'sending') ORDER BY seq LIMIT 1 FOR UPDATE
           ) AS h`,
    values: [lanes],
  })
  return new Map(rows.map((head) => [head.lane, head]))
}

/** The account that each lane leads to, locked; for a person with several, the one last heard from. */
async function receiversOf(client: pg.ClientBase, lanes: string[]): Promise<(head: Head) => Receiver | undefined> {
  const persons = lanes.filter((lane) => lane.startsWith(personLane)).map((lane) => lane.slice(personLane.length))
  const contacts = lanes.filter((lane) => !lane.startsWith(personLane))
  const { rows } = await client.query<Receiver>({
    name: 'lanes-receivers',
    text: `WITH wanted AS (
             SELECT id, NULL AS person FROM contact WHERE id = ANY($1::uuid[])
             UNION ALL
             SELECT c.id, p.id FROM unnest($2::text[]) AS p(id) CROSS JOIN LATERAL (
               SELECT id FROM contact WHERE person_id = p.id ORDER BY following DESC, last_heard_at DESC LIMIT 1) AS c
           )
           SELECT id, channel, address_sealed AS "addressSealed", following, windows,
             ARRAY(SELECT person FROM wanted WHERE wanted.id = contact.id AND person IS NOT NULL) AS persons
           FROM contact WHERE id IN (SELECT id FROM wanted) ORDER BY id FOR UPDATE OF contact`,
    values: [contacts, persons],
  })
  const byContact = new Map(rows.map((row) => [row.id, row]))
  const byPerson = new Map(rows.flatMap((row) => row.persons.map((person) => [person, row])))
  return (head) => (head.personId === null ? byContact.get(head.contactId!) : byPerson.get(head.personId))
}

async function take(
  client: pg.ClientBase,
  taken: { id: string; lease: string }[],
  refused: { id: string; code: string }[],
  spent: ReadonlyMap<string, SendWindow[]>,
  leaseMs: number,
): Promise<void> {
  await client.query({
    name: 'lanes-take',
    text: `WITH spent AS (
             UPDATE contact c SET windows = r.windows FROM json_to_recordset($1) AS r(id uuid, windows jsonb)
             WHERE c.id = r.id
           ), refused AS (
             UPDATE delivery d SET status = 'refused', code = r.code, finished_at = now()
             FROM json_to_recordset($2) AS r(id uuid, code text) WHERE d.id = r.id
           )
           UPDATE delivery d SET status = 'sending', lease = r.lease, attempts = d.attempts + 1,
             lease_until = now() + $4 * interval '1 ms'
           FROM json_to_recordset($3) AS r(id uuid, lease uuid) WHERE d.id = r.id`,
    values: [
      JSON.stringify([...spent].map(([id, windows]) => ({ id, windows }))),
      JSON.stringify(refused),
      JSON.stringify(taken),
      leaseMs,
    ],
  })
}
