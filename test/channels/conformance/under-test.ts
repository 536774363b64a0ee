import type { Clock } from '#base'
import type { Channel, Content, DoorAnswer, DoorRequest, SendOutcome } from '#channels'
import type { TestHouse } from '../../support/house.ts'

/** Something said on a platform. The same `id` is the same message, however often the platform sends it. */
export interface Said {
  id: string
  address: string
  content: Content
  at: Date
}

/** What somebody was shown. */
export interface Shown {
  text: string
  /** What can be tapped under it; each comes back as if it had been written. */
  choices: readonly string[]
}

/** Something that goes wrong, or right, with the next send, and what it must come to. */
export interface Mishap {
  name: string
  cause: () => void
  outcome: SendOutcome['status']
  code?: string
  /** Sent to somebody else than an ordinary address. */
  address?: string
}

/** A channel over a simulated platform, and what the suite must know of the two. */
export interface UnderTest {
  channel: Channel
  /** As the platform would ask, signed anew each time; null for content it doesn't have. Its sender becomes known there. */
  request: (said: Said) => DoorRequest | null
  /** Requests right in all but one thing that only the platform can have right; of nothing that was said before. */
  forged: (said: Said) => DoorRequest[]
  /** The words a reply holds; null for none. */
  replied: (answer: DoorAnswer) => string | null
  /** What the platform has shown an address, oldest first, besides replies. */
  delivered: (address: string) => readonly Shown[]
  mishaps: readonly Mishap[]
  /** Outcomes that can't come about here, each with why. */
  impossible?: Partial<Record<SendOutcome['status'], string>>
  /** What must stand in no error and no log. */
  secrets: readonly string[]
  /** The platform's HTTP API, and the same channel with another address for it; null when sending asks nobody. */
  remote: { url: string; channelAt: (url: string, timeoutMs: number) => Channel } | null
  /** An address in the platform's own form; any 28 letters and digits unless given. */
  newAddress?: () => string
  /** A message's id in the platform's own form; 18 digits unless given. */
  newId?: () => string
  /** Called once the house stands, before anything is said. */
  welcome?: (house: TestHouse) => Promise<void> | void
  close: () => Promise<void>
}

/** Makes one anew, over a clock that is the house's from its start on. */
export type Adapter = (clock: Clock) => Promise<UnderTest>
