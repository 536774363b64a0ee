/** What a person said or did, after a platform's form has been read: the one shape that the bot knows. */
export interface Inbound {
  /** The folder's name: `official-account`, `wecom`, … */
  channel: string
  /** The account of ours that received it, as the platform names it (`gh_…`). */
  account: string
  /** The sender as the platform names them (an openid). Personal data: never logged. */
  address: string
  /** The same for every repetition of one message, different for every other one. */
  dedupeKey: string
  /** The signed request's `timestamp:nonce`; a second body under the same one is a forgery. */
  nonce: string | null
  /** When the sender's platform says it was said. */
  saidAt: Date
  content: Content
  /** The group it was said in; left out for a conversation between two. What is answered there, everybody reads. */
  room?: Room | undefined
  /**
   * It was not written but tapped on a card of ours; `code` lets that card be changed, once (`card-result`). What is
   * answered to a tap goes out as a message of its own: platforms show no reply to one.
   */
  tap?: { code: string } | undefined
}

/** A group chat, and how it comes that we hear what was said there. */
export interface Room {
  id: string
  /**
   * `addressed`: it was said to us. `following`: by whoever had addressed us in the minute before. `listening`: to nobody
   * in particular, in a group for which the city has switched listening on; stored only if it is a matter.
   */
  heard: 'addressed' | 'following' | 'listening'
  /** Whether the speaker may be written to in private: they are a friend of the account already. */
  private: boolean
}

export type Content =
  | { type: 'text'; text: string }
  | { type: 'image'; mediaId: string; url: string | null }
  | { type: 'voice'; mediaId: string; format: string | null; recognition: string | null }
  | { type: 'video'; mediaId: string; thumbMediaId: string | null }
  | { type: 'location'; latitude: number; longitude: number; label: string | null }
  | { type: 'link'; title: string; description: string; url: string }
  /** Something we can't show, such as a sticker or a message type newer than this code. */
  | { type: 'unsupported'; name: string }
  /** The person began to follow the account; `scene` when it was by a QR code of ours. */
  | { type: 'follow'; scene: string | null }
  /** A follower scanned a QR code of ours. */
  | { type: 'scan'; scene: string }
  | { type: 'unfollow' }
  /** A menu button was tapped. */
  | { type: 'click'; key: string }
  /** Any other event: kept, and answered with nothing. */
  | { type: 'event'; name: string }

/** Something to tap. A tap comes back as if `says` had been written. */
export interface Choice {
  label: string
  says: string
}

/**
 * What we say to one person through a channel. Every shape holds its whole meaning in words: `fitted` puts one that
 * a channel can't show into one that it can.
 */
export type Outbound =
  /** `urgent`: in a group, everybody is called on by name. */
  | { type: 'text'; text: string; urgent?: boolean }
  /** A case at a glance, for people on the rolls: a heading, the words, and what can be done about it. */
  | { type: 'card'; title: string; text: string; caseNumber: string; choices: Choice[] }
  /** Words and a few answers to tap, for residents. */
  | { type: 'choices'; text: string; choices: Choice[] }
  | { type: 'picture'; text: string; contentType: string; bytes: Uint8Array }
  /** A word in place of what could be tapped on a card, of which `code` came with the tap. */
  | { type: 'card-result'; code: string; text: string }

/**
 * What became of one send. `unknown` is never retried by itself: the platform may have delivered it
 * (a timeout, a reset after bytes went out, a 5xx).
 */
export type SendOutcome =
  | { status: 'sent'; platformId: string | null }
  /** Not sent, and the same attempt may be made again after `afterMs`. `alarm`: it keeps everybody's messages waiting. */
  | { status: 'retry'; code: string; reason: string; afterMs: number; alarm?: boolean }
  /** Not sent and never will be on this channel. `alarm`: our own settings are at fault, not the receiver. */
  | {
      status: 'refused'
      code: string
      reason: string
      alarm: boolean
      /** Nobody is at this address, for this and all that follows, until they are heard from again. */
      gone?: boolean
    }
  | { status: 'unknown'; code: string; reason: string }
