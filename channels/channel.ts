import type { Clock } from '#base'
import type { Content, Inbound, Outbound, SendOutcome } from './message.ts'
import type { ChannelRules } from './windows.ts'
import type { Fetch } from './ask.ts'

/** One HTTP request at `/channels/<name>` and what stands behind it, as it came. */
export interface DoorRequest {
  method: 'GET' | 'POST'
  /** What follows `/channels/<name>`: empty, or with a leading slash. */
  path: string
  /** Each parameter came once: a request that repeats one is refused before. */
  query: Record<string, string>
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>
  /** UTF-8; empty for a GET. */
  body: string
  /** The other end of the socket, for limits at the door alone: an IP is neither stored nor logged. */
  peer?: string | undefined
}

export interface DoorAnswer {
  status: number
  contentType: string
  body: string
  /** Others than the content's type and length. */
  headers?: Record<string, string> | undefined
}

/** A genuine request, read. */
export type Opened =
  /** Nothing to store, such as the check of an address: answer with this. */
  | { do: 'answer'; answer: DoorAnswer }
  /** Somebody said something: store it, then answer with `reply` of the words, or of null when there are none. */
  | { do: 'hear'; inbound: Inbound; reply: (text: string | null) => DoorAnswer }

/** The receiving half: pure but for its keys. */
export interface Door {
  /**
   * Authenticates and reads one request. Whatever comes in, it returns or throws a MashangError with a 4xx status
   * (401/403 not genuine, 400 unreadable, 413 too large); it never lets through what it could not authenticate.
   */
  open(request: DoorRequest, now: Date): Opened
  /** How long the platform waits for an answer, in milliseconds; later ones go out by `send`. Null: as long as we like. */
  patienceMs: number | null
}

/** What lies behind a media id, fetched. */
export type Media =
  | { status: 'fetched'; contentType: string; bytes: Uint8Array }
  /** Worth another try after `afterMs`. */
  | { status: 'retry'; code: string; reason: string; afterMs: number }
  /** Gone, too large, of a kind we don't keep, or not from the platform. */
  | { status: 'refused'; code: string; reason: string }

/** A messaging platform: how it receives, how it sends, what it allows. Holds no state but tokens and connections. */
export interface Channel {
  /** The folder's name. */
  name: string
  rules: ChannelRules
  /** Null: nothing knocks; messages come from a process of its own, through its own door. */
  door: Door | null
  /**
   * Sends one message to one address. Never throws and ends within 20 s. What the channel can't show arrives already
   * put into what `rules.sends` names (`fitted`), in parts of at most `rules.mostBytes`; a picture comes without words.
   * Pacing and counting quotas are the caller's. `key` is the same for every attempt at one message and no other's,
   * for platforms that can tell a repetition by it. Reasons hold neither the address nor a token.
   */
  send: (address: string, message: Outbound, key: string) => Promise<SendOutcome>
  /** Null: this channel's messages carry no media to fetch. */
  fetchMedia: ((content: Content) => Promise<Media>) | null
}

/** What every channel is made with. */
export interface ChannelTools {
  clock: Clock
  /** For tests that answer instead of a platform. */
  fetch?: Fetch
}
