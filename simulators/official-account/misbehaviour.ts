/** What the platform's API is to do wrong; of several, the first of this list that is set wins over the later ones. */
export interface Misbehaviour {
  /** Every token given so far is out of date (at once, and once). */
  expireTokens?: boolean
  /** Does nothing and never answers. */
  silent?: boolean
  /** Does nothing and answers 502 with a page of HTML, as a gateway does. */
  http502?: boolean
  /** Does nothing and answers this: for what no code stands for. */
  instead?: { status?: number; contentType?: string; body?: string; location?: string }
  /** Does nothing and answers with this code. */
  errcode?: number
  /** Does what was asked, then cuts the connection instead of answering. */
  dropAfterAccept?: boolean
  /** Does what was asked at once, and answers so many milliseconds later. */
  slowMs?: number
  /** For so many requests; without it until `behave`. */
  times?: number
  /** For requests whose path begins so; `/cgi-bin/message/custom/send` unless given. */
  path?: string
}

/** Says for each request what is to go wrong with it. */
export class Manners {
  #wrong: Misbehaviour = {}
  #left = 0
  #met = 0

  /** How many requests were treated so since the last change. */
  get met(): number {
    return this.#met
  }

  misbehave(wrong: Misbehaviour): void {
    this.#wrong = wrong
    this.#met = 0
    this.#left = wrong.times ?? Number.POSITIVE_INFINITY
  }

  behave(): void {
    this.misbehave({})
  }

  /** What applies to this request; counted. */
  next(path: string): Misbehaviour {
    if (this.#left <= 0 || !path.startsWith(this.#wrong.path ?? '/cgi-bin/message/custom/send')) return {}
    this.#left -= 1
    this.#met += 1
    return this.#wrong
  }
}
