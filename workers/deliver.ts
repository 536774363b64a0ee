import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import { createBatches } from '#base'
import type { Clock } from '#base'
import type { Outbound, SendOutcome } from '#channels'
import type { Outcome } from '#queue'
import { stepLanes } from '#store'
import type { Claimed, Keyring, Result, SendWindow, Step, Stepped } from '#store'
import type { Pace } from './pace.ts'

/** A channel's sending half, as this worker needs it. */
export interface Sender {
  /** Without quotas there is nothing to count. */
  limited: boolean
  /** Paces what goes out; the quotas themselves are counted in Postgres. */
  pace: Pace
  send(address: string, message: Outbound): Promise<SendOutcome>
}

export interface DeliverOptions {
  pool: pg.Pool
  keyring: Keyring
  senders: ReadonlyMap<string, Sender>
  clock: Clock
  log: Logger
}

/** A send that takes longer than this has lost its lease and counts as unknown. */
const leaseMs = 30_000
const mostAttempts = 12

/** Sends what is ready for one lane, in order, one after the other. */
export function createDeliver(options: DeliverOptions) {
  const { pool, keyring, senders, clock, log } = options

  const spend = (windows: SendWindow[], channel: string, now: Date): SendWindow[] | null =>
    senders.get(channel)?.limited === false ? windows : spendWindow(windows, now)

  // Steps on different lanes share transactions; on one lane they come one after the other.
  const steps = createBatches<Step, Stepped>((batch) => stepLanes(pool, batch, leaseMs, clock(), spend), {
    most: 128,
    apartMs: 10,
    keyOf: ({ lane }) => lane,
  })

  return async function deliver({ lane }: { lane: string }): Promise<Outcome> {
    let sent: { delivery: Claimed; result: Result } | null = null
    for (;;) {
      const finished = sent && { id: sent.delivery.id, lease: sent.delivery.lease, result: sent.result }
      const { ours, claim }: Stepped = await steps.add({ lane, lease: randomUUID(), finished })
      if (sent) report(sent.delivery, sent.result, ours)
      sent = null
      switch (claim.state) {
        case 'idle':
          return { do: 'done' }
        case 'later':
          return { do: 'snooze', afterMs: Math.max(50, claim.at.getTime() - clock().getTime()) }
        case 'refused':
          log.info({ delivery: claim.id, code: claim.code }, 'refused')
          break
        case 'claimed': {
          const { delivery } = claim
          sent = { delivery, result: resultOf(await attempt(delivery), delivery.attempts, clock()) }
        }
      }
    }
  }

  async function attempt(delivery: Claimed): Promise<SendOutcome> {
    const sender = senders.get(delivery.channel)
    if (!sender) {
      return { status: 'refused', code: 'channel-off', reason: 'this channel is not switched on', alarm: true }
    }
    const address = keyring.open(delivery.addressSealed)
    await sender.pace()
    try {
      return await sender.send(address, { type: 'text', text: delivery.text })
    } catch (error) {
      // Whatever broke, it broke with a send possibly on its way.
      return { status: 'unknown', code: 'broken', reason: error instanceof Error ? error.name : 'unknown error' }
    }
  }

  function report(delivery: Claimed, result: Result, ours: boolean): void {
    const ids = { delivery: delivery.id, case: delivery.caseId, attempts: delivery.attempts }
    if (!ours) log.warn(ids, 'a send ended after its lease; the ledger has it as unknown')
    else if (result.status === 'sent') log.debug(ids, 'sent')
    else log.warn({ ...ids, code: result.code, status: result.status, reason: result.reason }, 'not sent')
  }
}

/** Takes one from a window that is still open, a short one first; null when there is none. */
export function spendWindow(windows: SendWindow[], now: Date): SendWindow[] | null {
  const open = windows
    .filter((window) => window.left > 0 && new Date(window.until) > now)
    .sort((a, b) => (a.until < b.until ? -1 : 1))
  const chosen = open[0]
  if (!chosen) return null
  return windows.map((window) => (window === chosen ? { ...window, left: window.left - 1 } : window))
}

function resultOf(outcome: SendOutcome, attempts: number, now: Date): Result {
  if (outcome.status === 'sent') return outcome
  if (outcome.status !== 'retry') return { status: outcome.status, code: outcome.code, reason: outcome.reason }
  if (attempts >= mostAttempts) {
    return { status: 'refused', code: outcome.code, reason: `gave up after ${attempts} attempts: ${outcome.reason}` }
  }
  // The platform's own wait is a floor; a server that stays down is asked ever less often.
  const waitMs = Math.max(outcome.afterMs, Math.min(600_000, 1000 * 2 ** attempts))
  return {
    status: 'ready',
    notBefore: new Date(now.getTime() + waitMs),
    code: outcome.code,
    reason: outcome.reason,
  }
}
