import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from 'pino'
import { createBatches } from '#base'
import type { Clock } from '#base'
import type { Channel, SendOutcome } from '#channels'
import type { Handler, Outcome } from '#queue'
import { setGone, stepLanes } from '#store'
import type { Claimed, Keyring, Result, SendWindow, Spend, Step, Stepped, Together } from '#store'
import { cardTapped, partsOf, togetherWith } from './outbound.ts'
import type { BusyLanes } from './busy-lanes.ts'
import { createPace } from './pace.ts'
import type { Pace } from './pace.ts'
import { countsSends, spendRates } from './rates.ts'
import { resultOf } from './result.ts'

export interface DeliverOptions {
  pool: pg.Pool
  keyring: Keyring
  channels: readonly Channel[]
  clock: Clock
  log: Logger
  lanes: BusyLanes
  /** How long one delivery may take, with the wait for leave; 25,000 ms: longer than a channel promises, shorter than the lease. */
  patienceMs?: number
}

/** A send that takes longer than this has lost its lease and counts as unknown. */
const leaseMs = 30_000
const againMs = 500
/** One delivery is never cut into more: the quota of a whole window would go on it. */
const mostParts = 5

export interface Deliver {
  /** Sends what is ready for one lane, in order, one after the other. */
  handle: Handler<'deliver'>
  /** What is on its way is written down when it ends, and nothing more is taken on: its lane is left to others. */
  rest(): void
}

export function createDeliver(options: DeliverOptions): Deliver {
  const { pool, keyring, clock, log, lanes, patienceMs = 25_000 } = options
  const senders = new Map(
    options.channels.map((channel) => [channel.name, { ...channel, pace: createPace(channel.rules.perSecond) }]),
  )

  const spend: Spend = (windows, name, now, delivery) => {
    const rules = senders.get(name)?.rules
    if (!rules || (!rules.limited && !rules.mostPer)) return windows
    const parts = partsOf(delivery, rules).length
    // One that is too long is refused before anything of it goes out.
    if (parts > mostParts) return windows
    let left: SendWindow[] | null = windows
    if (rules.limited) for (let part = 1; left !== null && part <= parts; part++) left = spendWindow(left, now)
    return left && rules.mostPer ? spendRates(left, rules.mostPer, parts, now) : left
  }

  const together: Together = (name, first, next) => {
    const rules = senders.get(name)?.rules
    return rules ? togetherWith(first, next, rules) : 0
  }

  const alarms = new Map<string, number>()

  // Steps on different lanes share transactions; on one lane they come one after the other. The further apart they are under
  // load, the more of them share one, and the more cases share a message: 80 ms more for a push, and a tenth less work.
  const steps = createBatches<Step, Stepped>((batch) => stepLanes(pool, batch, leaseMs, clock(), spend, together), {
    most: 128,
    apartMs: 80,
    keyOf: ({ lane }) => lane,
  })

  let resting = false
  const left: Outcome = { do: 'snooze', afterMs: 0 }

  /**
   * A step that fails may have been committed all the same. Made again under the same lease it finds what it took, and does
   * not lose what became of the send before it: both would be unknown otherwise.
   */
  async function stepOn(step: Step): Promise<Stepped> {
    const until = performance.now() + patienceMs
    for (;;) {
      try {
        return await steps.add(step)
      } catch (error) {
        if (resting || performance.now() > until) throw error
        await pause(againMs)
      }
    }
  }

  async function sendAll(lane: string): Promise<Outcome> {
    let sent: { delivery: Claimed; result: Result } | null = null
    for (;;) {
      const finished = sent && { ids: idsOf(sent.delivery), lease: sent.delivery.lease, result: sent.result }
      if (resting && !finished) return left
      const { ours, claim } = await stepOn({ lane, lease: randomUUID(), finished, last: resting })
      if (sent) report(sent.delivery, sent.result, ours)
      sent = null
      switch (claim.state) {
        case 'idle':
          return resting ? left : { do: 'done' }
        case 'later':
          return { do: 'snooze', afterMs: Math.max(50, claim.at.getTime() - clock().getTime()) }
        case 'refused':
          log.info({ delivery: claim.id, code: claim.code }, 'refused')
          break
        case 'claimed': {
          const { delivery } = claim
          const outcome = await attempt(delivery)
          if ('alarm' in outcome && outcome.alarm) alarm(delivery, outcome)
          if (outcome.status === 'refused' && outcome.gone) await setGone(pool, delivery.id)
          sent = { delivery, result: resultOf(outcome, delivery, clock()) }
        }
      }
    }
  }

  async function attempt(delivery: Claimed): Promise<SendOutcome> {
    const channel = senders.get(delivery.channel)
    if (!channel) {
      return { status: 'refused', code: 'channel-off', reason: 'this channel is not switched on', alarm: true }
    }
    if (delivery.template === cardTapped && !channel.rules.sends.includes('card-result')) {
      return { status: 'refused', code: 'no-card', reason: 'the card is on another account', alarm: false }
    }
    const parts = partsOf(delivery, channel.rules)
    if (parts.length > mostParts) {
      return { status: 'refused', code: 'too-long', reason: `it would take ${parts.length} messages`, alarm: false }
    }
    const address = opened(delivery.addressSealed)
    if (address === null) {
      return { status: 'refused', code: 'address-sealed', reason: 'MASTER_KEY does not open this address', alarm: true }
    }
    const sendPart = async (part: number): Promise<SendOutcome> => {
      const key = part === 0 ? delivery.id : `${delivery.id}-${part + 1}`
      try {
        return await channel.send(address, parts[part]!, key)
      } catch (error) {
        // Whatever broke, it broke with a send possibly on its way.
        return { status: 'unknown', code: 'broken', reason: error instanceof Error ? error.name : 'unknown error' }
      }
    }
    // For all parts together: the lease is one.
    const until = performance.now() + patienceMs
    const send = (part: number) => paced(channel.pace, until - performance.now(), () => sendPart(part))
    let outcome = await send(0)
    for (let part = 1; part < parts.length && outcome.status === 'sent'; part++) {
      outcome = torn(await send(part), part, parts.length)
    }
    return outcome
  }

  /** Null for what another house's key sealed, or somebody altered. */
  function opened(sealed: Buffer): string | null {
    try {
      return keyring.open(sealed)
    } catch {
      return null
    }
  }

  /** Not this receiver's fault: it is the same for the next one, so it is said once a minute. */
  function alarm({ id, channel }: Claimed, { code, reason }: { code: string; reason: string }): void {
    const now = clock().getTime()
    const last = alarms.get(`${channel} ${code}`)
    if (last !== undefined && now - last < 60_000) return
    alarms.set(`${channel} ${code}`, now)
    log.error({ delivery: id, channel, code, reason }, 'messages can’t go out until this is mended')
  }

  function report(delivery: Claimed, result: Result, ours: boolean): void {
    for (const { id, caseId } of [delivery, ...delivery.along]) {
      const ids = { delivery: id, case: caseId, attempts: delivery.attempts }
      if (!ours) log.warn(ids, 'a send ended after its lease; the ledger keeps what it has of it')
      else if (result.status === 'sent') log.debug(ids, 'sent')
      else log.warn({ ...ids, code: result.code, status: result.status, reason: result.reason }, 'not sent')
    }
  }

  return {
    handle: ({ lane }) => lanes.on(lane, () => sendAll(lane)),
    rest() {
      resting = true
    },
  }
}

function idsOf({ id, along }: Claimed): string[] {
  return [id, ...along.map((each) => each.id)]
}

/**
 * Waits for leave and sends, for `ms` in all: one that never ended would keep its lane busy, and everything on it, for as
 * long as this process lives. Without leave nothing went out, and nothing goes out later.
 */
async function paced(pace: Pace, ms: number, send: () => Promise<SendOutcome>): Promise<SendOutcome> {
  const late = Promise.withResolvers<SendOutcome>()
  let step: 'waits' | 'sends' | 'over' = 'waits'
  const timer = setTimeout(() => {
    late.resolve(
      step === 'waits'
        ? { status: 'retry', afterMs: 0, code: 'no-leave', reason: 'too much to send', alarm: false }
        : { status: 'unknown', code: 'TIMEOUT', reason: 'no end in time' },
    )
    step = 'over'
  }, ms)
  const sending = async () => {
    await pace()
    if (step === 'over') return late.promise
    step = 'sends'
    return send()
  }
  return Promise.race([sending(), late.promise]).finally(() => clearTimeout(timer))
}

/**
 * After a part of a delivery has gone out, one that surely did not go is not tried again by itself: the ledger keeps no
 * count of parts, and the next attempt would begin with the first. Staff see it (docs/adr/0016).
 */
function torn(outcome: SendOutcome, sent: number, parts: number): SendOutcome {
  if (outcome.status === 'sent') return outcome
  const reason = `${sent} of ${parts} parts were sent, then ${outcome.code}: ${outcome.reason}`
  if (outcome.status === 'unknown') return { ...outcome, reason }
  return { status: 'refused', code: 'partly-sent', reason, alarm: 'alarm' in outcome && outcome.alarm }
}

/** Takes one from a window that is still open, a short one first; null when there is none. */
export function spendWindow(windows: SendWindow[], now: Date): SendWindow[] | null {
  const open = windows
    .filter((window) => !countsSends(window) && window.left > 0 && new Date(window.until) > now)
    .sort((a, b) => (a.until < b.until ? -1 : 1))
  const chosen = open[0]
  if (!chosen) return null
  return windows.map((window) => (window === chosen ? { ...window, left: window.left - 1 } : window))
}
