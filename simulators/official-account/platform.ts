import { Media } from './media.ts'
import { MenuBoard } from './menu.ts'
import { Phone } from './phone.ts'
import { newOpenid, SimulatedPerson } from './person.ts'
import { QrCodes } from './qr-codes.ts'
import { Quota } from './quota.ts'
import { Tokens } from './tokens.ts'
import { Manners } from './misbehaviour.ts'
import type { Clock } from '#base'
import type { Pusher } from './pusher.ts'

/** A customer service message that the platform took and showed. */
export interface Accepted {
  openid: string
  /** The words; of a menu those above its items. */
  content: string
  /** The items of a menu. */
  choices: string[]
  at: Date
  /** Our own count; the real platform tells the sender none. */
  msgid: string
}

interface Inhabitant {
  person: SimulatedPerson
  phone: Phone
  quota: Quota
}

/** All that the simulated platform remembers. */
export class Platform {
  readonly accepted: Accepted[] = []
  readonly tokens = new Tokens()
  readonly manners = new Manners()
  readonly qrCodes = new QrCodes()
  readonly media = new Media()
  readonly menu = new MenuBoard()
  readonly #people = new Map<string, Inhabitant>()
  readonly #surroundings: { account: string; clock: Clock; pusher: Pusher; quotas: boolean }
  #lastMsgId: bigint

  constructor(surroundings: { account: string; clock: Clock; pusher: Pusher; quotas: boolean }) {
    this.#surroundings = surroundings
    // Beyond 2^53, as real ones are, and after those of any earlier run: a repeated id would count as a repetition.
    this.#lastMsgId = BigInt(surroundings.clock().getTime()) * 1_000_000n
  }

  get clock(): Clock {
    return this.#surroundings.clock
  }

  get quotas(): boolean {
    return this.#surroundings.quotas
  }

  person(openid = newOpenid()): SimulatedPerson {
    return (this.find(openid) ?? this.#add(openid)).person
  }

  find(openid: string): Inhabitant | undefined {
    return this.#people.get(openid)
  }

  accept(inhabitant: Inhabitant, content: string, shown: string, choices: string[]): void {
    const { openid } = inhabitant.person
    this.accepted.push({ openid, content, choices, at: this.clock(), msgid: this.#nextMsgId() })
    inhabitant.phone.show('account', shown, 'custom')
  }

  #add(openid: string): Inhabitant {
    const phone = new Phone(this.clock)
    const quota = new Quota()
    const person = new SimulatedPerson(openid, {
      ...this.#surroundings,
      phone,
      quota,
      nextMsgId: () => this.#nextMsgId(),
      newMedia: (type) => this.media.add(type, this.clock().getTime()),
    })
    const inhabitant = { person, phone, quota }
    this.#people.set(openid, inhabitant)
    return inhabitant
  }

  #nextMsgId(): string {
    this.#lastMsgId += 1n
    return String(this.#lastMsgId)
  }
}
