import type pg from 'pg'
import { finish, take, waitingOn } from './lane-rows.ts'
import type { Finished, Kept, PutOff, Taken, Unreachable, Waiting, Words } from './lane-rows.ts'
import { chooseAccount, receiversOf } from './receivers.ts'
import type { Receiver, Receivers } from './receivers.ts'
import type { SendWindow } from './rows.ts'
import { byIndexOnly, inTransaction } from './transaction.ts'

/** A delivery taken on to be sent: marked `sending`, committed, and nobody else's until the lease ends. */
export interface Claimed extends Words {
  lease: string
  lane: string
  /** How often it has been attempted on this account, this time included. */
  attempts: number
  channel: string
  addressSealed: Buffer
  /** Deliveries taken on with it, to go out in the same message; what becomes of it becomes of them. */
  along: Words[]
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

/** How many of the deliveries right behind one, none of which was ever tried, go out in one message with it. */
export type Together = (channel: string, first: Words, next: readonly Words[]) => number

/** One step on a lane: what became of the send before, if there was one, then the next one, if there is one. */
export interface Step {
  lane: string
  /** The lease under which the next one is taken. */
  lease: string
  finished: Finished | null
  /** Nothing more is taken on: whoever steps is about to stop. */
  last?: boolean
}

export interface Stepped {
  /** False when the finished send had lost its lease: its row was left as it is. */
  ours: boolean
  claim: Claim
}

/**
 * Steps on many lanes in one transaction. Of each person the lowest unfinished delivery is taken, with those right behind
 * it that share its message: order follows from it, also for a resident with several accounts, who has a lane of each.
 * `sending` is committed before any call goes out, so that a crash in between is seen as unknown, never sent twice. Leases
 * alone run by the database's clock, the one that all workers share.
 */
export function stepLanes(
  pool: pg.Pool,
  steps: Step[],
  leaseMs: number,
  now: Date,
  spend: Spend,
  together: Together = () => 0,
): Promise<Stepped[]> {
  return inTransaction(
    pool,
    async (client, along) => {
      const lanes = [...new Set(steps.map(({ lane }) => lane))].sort()
      // Receivers first: whoever opens a window lets go of what it held back, and that stands before what came later. And
      // everybody locks accounts before deliveries, so that two who step on one person's lanes never wait for each other.
      const [receivers, kept] = await Promise.all([
        receiversOf(client, lanes),
        finish(
          client,
          steps.flatMap(({ finished }) => finished ?? []),
        ),
      ])
      const waiting = await waitingOn(client, [...new Set(lanes.flatMap((lane) => receivers.lanesOf(lane)))].sort())
      const taken: Taken[] = []
      const refused: Unreachable[] = []
      const putOff: PutOff[] = []
      const spent = windowsAfter(steps, kept, receivers)
      const seen = new Set<string>()
      const claim = (head: Waiting, others: Waiting[], lease: string, account: Receiver): Claim => {
        for (const { id } of [head, ...others]) taken.push({ id, lease, account: account.id, heard: account.heardAt })
        return { state: 'claimed', delivery: claimedOf(head, others, lease, account) }
      }

      const stepped = steps.map((step): Stepped => {
        const ours = step.finished === null || step.finished.ids.some((id) => kept.has(id))
        const key = receivers.keyOf(step.lane)
        const [head, ...behind] = nextOf(step.lane, receivers, waiting)
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
          const others = behind.filter(({ lease }) => lease === step.lease)
          return { ours, claim: claim(head, others, step.lease, account) }
        }
        if (isPutOff(head, now)) {
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
        const untried = untriedBehind(head, behind, now)
        const count = untried.length === 0 ? 0 : together(account.channel, head, untried)
        return { ours, claim: claim(head, untried.slice(0, count), step.lease, account) }
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
    const by = change && kept.get(finished!.ids[0]!)
    // Heard from since the send was begun: what that opened is open.
    const account = receivers
      .accountsOf(lane)
      .find(({ id, heardAt }) => id === by?.account && heardAt.getTime() === by.heard?.getTime())
    if (change && account) after.set(account.id, change(account.windows))
  }
  return after
}

/** The lowest unfinished delivery of a person, over all their lanes; behind it, where that can be, others of its lane. */
function nextOf(lane: string, { lanesOf }: Receivers, waiting: ReadonlyMap<string, Waiting[]>): Waiting[] {
  const all = lanesOf(lane).flatMap((each) => [waiting.get(each) ?? []])
  return all.filter((each) => each.length > 0).sort(([a], [b]) => a!.seq - b!.seq)[0] ?? []
}

// What was never put off may go at once, whatever the clock said when it was written.
function isPutOff({ notBefore, createdAt }: Waiting, now: Date): boolean {
  return notBefore > now && notBefore > createdAt
}

/** Those right behind one that could go with it. What was tried before goes alone: the fault may be with one of them. */
function untriedBehind(head: Waiting, behind: Waiting[], now: Date): Waiting[] {
  const tried = (each: Waiting) =>
    each.status !== 'ready' || each.attempts > 0 || each.tried.length > 0 || each.resent || isPutOff(each, now)
  if (tried(head)) return []
  const end = behind.findIndex(tried)
  return end === -1 ? behind : behind.slice(0, end)
}

function claimedOf(head: Waiting, others: Waiting[], lease: string, { channel, addressSealed }: Receiver): Claimed {
  const attempts = head.attempts + 1 - (head.tried.at(-1)?.attempts ?? 0)
  const along = others.map(wordsOf)
  return { ...wordsOf(head), lease, lane: head.lane, attempts, channel, addressSealed: addressSealed!, along }
}

function wordsOf({ id, caseId, caseNumber, template, text }: Waiting): Words {
  return { id, caseId, caseNumber, template, text }
}
