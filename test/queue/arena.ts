import { vi } from 'vitest'
import type { Job, Outcome, QueueBackend } from '#queue'

/** One server for a conformance run, and what the suite must be able to do to it. */
export interface Arena {
  target: QueueBackend
  /** Connections of the queues under test, as the server counts them. */
  connections(): Promise<number>
  /** Cuts all of them from the server's side, as a restart does. */
  cut(): Promise<void>
  end(): Promise<void>
}

/** Waits for what must become true, asking often. */
export const eventually = (check: () => unknown, timeout = 10_000) => vi.waitFor(check, { timeout, interval: 20 })

let made = 0

/** A job of its own; `n` of them share nothing. */
export function aJob(overrides: Partial<Job<'deliver'>> = {}): Job<'deliver'> {
  made += 1
  return { name: 'deliver', id: `m-${made}-0`, payload: { lane: `lane-${made}` }, ...overrides }
}

interface Seen {
  lane: string
  attempt: number
  id: string
}

/** A handler that writes down what it was given and answers from `script`, then `done`. */
export function recorder(...script: (Outcome | Error)[]) {
  const seen: Seen[] = []
  const handler = async (payload: { lane: string }, meta: { attempt: number; id: string }): Promise<Outcome> => {
    seen.push({ lane: payload.lane, ...meta })
    const next = script.shift() ?? { do: 'done' }
    if (next instanceof Error) throw next
    return next
  }
  return { seen, handler }
}
