import type { Clock } from '#base'

/** What the platform shows in the account's name when the account doesn't answer. */
export const outOfService = '该公众号暂时无法提供服务，请稍后再试'

/** One bubble on the screen. */
export interface Shown {
  at: Date
  from: 'account' | 'me'
  text: string
  /** How it came: the answer to a push, a customer service message, or the platform itself; null for one's own. */
  via: 'reply' | 'custom' | 'system' | null
}

/** One person's chat with the account, in the order shown. */
export class Phone {
  readonly shown: Shown[] = []
  readonly #listeners = new Set<(shown: Shown) => void>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  show(from: Shown['from'], text: string, via: Shown['via']): void {
    const shown = { at: this.#clock(), from, text, via }
    this.shown.push(shown)
    for (const listener of this.#listeners) listener(shown)
  }

  /** Calls back for each bubble from now on; the result stops it. */
  onShow(listener: (shown: Shown) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
