/** How many failures in a row are enough, and how long the other side is then left alone: twice as long each time. */
const failuresToOpen = 5
const firstPauseMs = 60_000
const longestPauseMs = 15 * 60_000

/** Leaves a service alone that keeps failing, and then tries it with one request before it sends more. */
export class Breaker {
  #failures = 0
  #pauseMs = firstPauseMs
  #openUntil: number | null = null

  /** How many requests may be sent now, of those wanted. */
  allows(wanted: number, now: Date): number {
    if (this.#openUntil === null) return wanted
    return now.getTime() < this.#openUntil ? 0 : Math.min(1, wanted)
  }

  succeeded(): void {
    this.#failures = 0
    this.#pauseMs = firstPauseMs
    this.#openUntil = null
  }

  /** Milliseconds that it is left alone for from now on, if it is this failure that decides it; else null. */
  failed(now: Date): number | null {
    this.#failures++
    // Failures of requests that were under way when it opened change nothing.
    const isProbe = this.#openUntil !== null && now.getTime() >= this.#openUntil
    if (!isProbe && (this.#openUntil !== null || this.#failures < failuresToOpen)) return null
    if (isProbe) this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2)
    this.#openUntil = now.getTime() + this.#pauseMs
    return this.#pauseMs
  }
}
