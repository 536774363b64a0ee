/** The most within so many milliseconds. */
export interface Limit {
  ms: number
  most: number
}

/** Counts what happened to each key, over sliding windows. Times in milliseconds. */
export class Limits {
  readonly #limits: readonly Limit[]
  readonly #happened = new Map<string, number[]>()

  constructor(limits: readonly Limit[]) {
    this.#limits = limits
  }

  /** Counts one more; false when that would be over a limit: then it isn't counted. */
  take(key: string, now: number): boolean {
    const longest = Math.max(...this.#limits.map(({ ms }) => ms))
    const times = (this.#happened.get(key) ?? []).filter((at) => at > now - longest)
    const isOver = this.#limits.some(({ ms, most }) => times.filter((at) => at > now - ms).length >= most)
    if (!isOver) times.push(now)
    this.#happened.set(key, times)
    return !isOver
  }
}
