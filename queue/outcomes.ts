import { DelayedError } from 'bullmq'
import { isMashangError } from '#base'
import { traceOf } from './quiet-log.ts'
import type { Job as BullJob } from 'bullmq'
import type { Outcome } from './jobs.ts'
import type { QueueLog } from './quiet-log.ts'

/** How often, and how far apart, a job is tried. */
export interface RetryRule {
  /** Tries in all. Afterwards the job counts as failed and stays so: the sweep adds it with a new generation. */
  attempts: number
  /** Wait after the first throw, in ms; doubles with every further one. */
  baseMs: number
  /** The longest wait, in ms. */
  capMs: number
}

export const defaultRetry: RetryRule = { attempts: 8, baseMs: 1_000, capMs: 60_000 }

/** Longest wait a job may be given; whatever is due later is a deadline in SQL, and woken by the sweep. */
export const maxDelayMs = 30 * 24 * 3_600_000

/** Whole milliseconds within `0 … maxDelayMs`: Postgres refuses fractions, and Redis loses precision far ahead. */
export function wholeMs(ms: number): number {
  return Number.isFinite(ms) ? Math.min(Math.max(Math.ceil(ms), 0), maxDelayMs) : ms > 0 ? maxDelayMs : 0
}

/** Carries a worker's own wait to BullMQ's backoff. Its message is stored with the job: a reason of ours, no text. */
export class RetryLater extends Error {
  readonly afterMs: number
  constructor(reason: string, afterMs: number) {
    super(reason)
    this.name = 'RetryLater'
    this.afterMs = afterMs
  }
}

/** Milliseconds to wait after try number `attempt` (from 1): what the worker asked for, else doubling with jitter. */
export function backoffMs(
  attempt: number,
  error: unknown,
  rule: RetryRule,
  random: () => number = Math.random,
): number {
  if (error instanceof RetryLater) return wholeMs(error.afterMs)
  const full = Math.min(rule.baseMs * 2 ** (attempt - 1), rule.capMs)
  // Half fixed, half random: what failed together doesn't come back together.
  return wholeMs(full / 2 + (random() * full) / 2)
}

export type RunningJob = Pick<BullJob, 'id' | 'name' | 'data' | 'attemptsMade' | 'moveToDelayed'>

/**
 * The life of one job, from BullMQ's hands to its end:
 *
 *     done    → completed, and removed
 *     cancel  → completed and removed too, with a line in the log: `failed` is kept for what needs a look
 *     retry   → throws RetryLater: an attempt is counted; failed when none is left
 *     snooze  → delayed again, no attempt counted
 *     throws  → as retry, with `backoffMs`
 */
export async function runJob(
  handle: (payload: never, meta: { attempt: number; id: string }) => Promise<Outcome>,
  job: RunningJob,
  token: string | undefined,
  log: QueueLog,
): Promise<void> {
  const meta = { attempt: job.attemptsMade + 1, id: job.id ?? '' }
  const about = { queue: job.name, job: meta.id, attempt: meta.attempt }
  let outcome: Outcome
  try {
    outcome = await handle(job.data as never, meta)
  } catch (error) {
    const trace = traceOf(error)
    log.error({ ...about, ...trace }, 'a job threw')
    // BullMQ stores message and stack with the job, so only the code goes on: jobs carry ids, never text.
    // oxlint-disable-next-line preserve-caught-error
    throw new Error(isMashangError(error) ? error.code : (trace.code ?? trace.name))
  }
  switch (outcome.do) {
    case 'done':
      return
    case 'cancel':
      log.info({ ...about, reason: outcome.reason }, 'a job was cancelled')
      return
    case 'retry':
      throw new RetryLater(outcome.reason, outcome.afterMs)
    case 'snooze':
      // Not a decision of ours: BullMQ subtracts its own Date.now() from this at once, to get the delay back.
      await job.moveToDelayed(Date.now() + wholeMs(outcome.afterMs), token)
      throw new DelayedError()
  }
}
