/** What WeCom's API is to do wrong; of several, the first of this list that is set wins over the later ones. */
export interface WecomMisbehaviour {
  /** Every token given so far is out of date (at once, and once). */
  expireTokens?: boolean
  /** Does nothing and never answers. */
  silent?: boolean
  /** Does nothing and answers 502 with a page of HTML, as a gateway does. */
  http502?: boolean
  /** Does nothing and answers this, as it stands. */
  body?: string
  /** Does nothing and answers with this code. */
  errcode?: number
  /** Does what was asked, then cuts the connection instead of answering. */
  dropAfterAccept?: boolean
  /** Does what was asked at once, and answers so many milliseconds later. */
  slowMs?: number
  /** Answers 0 and names who can't be reached, where it should answer 81013. */
  permissive?: boolean
  /** For so many requests; without it until `behave`. */
  times?: number
  /** For requests whose path begins so; `/cgi-bin/message/send` unless given. */
  path?: string
}

/** Says for each request what is to go wrong with it. */
export class WecomManners {
  #wrong: WecomMisbehaviour = {}
  #left = 0
  /** How many requests were treated so since the last change. */
  met = 0

  misbehave(wrong: WecomMisbehaviour): void {
    this.#wrong = wrong
    this.#left = wrong.times ?? Number.POSITIVE_INFINITY
    this.met = 0
  }

  /** What applies to this request; counted. */
  next(path: string): WecomMisbehaviour {
    if (this.#left <= 0 || !path.startsWith(this.#wrong.path ?? '/cgi-bin/message/send')) return {}
    this.#left -= 1
    this.met += 1
    return this.#wrong
  }
}
