import type { Clock } from '#base'

/** A button card on a screen; `replaced` stands where the buttons were. */
export interface ShownCard {
  taskId: string
  title: string
  words: string
  rows: { name: string; value: string }[]
  buttons: { text: string; key: string }[]
  replaced: string | null
}

/** One bubble on the screen. */
export interface WecomShown {
  at: Date
  from: 'account' | 'me'
  /** Of a card, all of it. */
  text: string
  /** How it came: the answer to a callback, or a message of the app's own; null for one's own. */
  via: 'reply' | 'custom' | null
  card: ShownCard | null
}

/** One member's chat with the app, in the order shown. */
export class WecomPhone {
  readonly shown: WecomShown[] = []
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  show(from: WecomShown['from'], text: string, via: WecomShown['via'], card: ShownCard | null = null): void {
    this.shown.push({ at: this.#clock(), from, text, via, card })
  }
}
