import type { Content, Outbound, Room } from './message.ts'

/** What a person's own act allows us to send them: so many messages within so many seconds. */
export interface OpenedWindow {
  kind: string
  seconds: number
  sends: number
}

/** What a channel is able to do, as far as the ledger must know it. */
export interface ChannelRules {
  name: string
  /** The most bytes of UTF-8 in one text. */
  mostBytes: number
  /** Kinds of content that can come in. */
  receives: readonly Content['type'][]
  /** Shapes it can show; `text` always. */
  sends: readonly Outbound['type'][]
  /** How many sends a second it may be asked for, over all addresses. */
  perSecond: number
  /** Null: this act opens nothing. A channel without quotas has no windows at all: `limited` is false. */
  opensWindow(content: Content, room?: Room): OpenedWindow | null
  limited: boolean
  /** Whoever likes makes as many addresses as they like: no one-time codes are taken here, or they could be guessed. */
  freeAddresses?: boolean
  /**
   * The most one address may be sent within so many seconds, whatever it did. What is over waits; left out: no such
   * limit. Counted in Postgres, for where a platform drops the excess it says nothing.
   */
  mostPer?: readonly SendRate[]
}

export interface SendRate {
  seconds: number
  sends: number
}
