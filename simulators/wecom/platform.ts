import { randomBytes } from 'node:crypto'
import { Limits } from './limits.ts'
import { WecomManners } from './misbehaviour.ts'
import type { Clock } from '#base'
import type { WecomPhone } from './phone.ts'

/** What was really shown to somebody, or said in a group. */
export interface Delivered {
  /** A UserID, or `robot:<name>` for what a robot said. */
  to: string
  kind: 'text' | 'card' | 'card-result' | 'media'
  /** The words; of a card its heading. */
  text: string
  at: Date
  msgid: string
  /** Whom a robot called on. */
  mentioned: string[]
}

/** A member as WeCom knows them. */
export interface Inhabitant {
  userId: string
  state: { visible: boolean; licensed: boolean }
  screen: WecomPhone
}

export interface WecomPlatformOptions {
  corpId: string
  agentId: string
  secret: string
  clock: Clock
  /** How many accounts the corporation has: 200 sends a day for each. */
  accounts: number
  /** Robots by the key of their webhook. */
  robots: ReadonlyMap<string, string>
}

const minute = 60_000
const tokenMs = 7_200_000
const codeMs = 72 * 3_600_000
const dayMs = 24 * 3_600_000

/** A response code: for which card of which member, until when, and whether it was used. */
interface ResponseCode {
  userId: string
  taskId: string
  until: number
  used: boolean
}

/** All that the simulated WeCom remembers. */
export class WecomPlatform {
  readonly options: WecomPlatformOptions
  readonly delivered: Delivered[] = []
  /** Accepted with errcode 0 and shown to nobody: over a limit, or a repetition. */
  readonly dropped: { to: string; text: string; why: 'limit' | 'duplicate' }[] = []
  readonly manners = new WecomManners()
  readonly perMember = new Limits([
    { ms: minute, most: 30 },
    { ms: 60 * minute, most: 1_000 },
  ])
  readonly perApp: Limits
  readonly perRobot = new Limits([{ ms: minute, most: 20 }])
  /** By UserID in lower case: WeCom doesn't tell them apart by it. */
  readonly members = new Map<string, Inhabitant>()
  readonly media = new Map<string, { type: string; bytes: Buffer }>()
  readonly taskIds = new Set<string>()
  readonly oauthCodes = new Map<string, { userId: string; until: number }>()
  readonly #codes = new Map<string, ResponseCode>()
  readonly #requests = new Map<string, number>()
  #token: { value: string; until: number } | null = null
  #expired = new Set<string>()
  #lastId: bigint

  constructor(options: WecomPlatformOptions) {
    this.options = options
    this.perApp = new Limits([{ ms: dayMs, most: options.accounts * 200 }])
    // Beyond 2^53, as real ones are, and after those of any earlier run: a repeated id would count as a repetition.
    this.#lastId = BigInt(options.clock().getTime()) * 1_000_000n
  }

  now(): number {
    return this.options.clock().getTime()
  }

  nextId(): string {
    this.#lastId += 1n
    return String(this.#lastId)
  }

  /** The same one for everybody who asks, until it ends. */
  token(): { access_token: string; expires_in: number } {
    const now = this.now()
    if (!this.#token || this.#token.until <= now) {
      if (this.#token) this.#expired.add(this.#token.value)
      this.#token = { value: randomBytes(160).toString('base64url'), until: now + tokenMs }
    }
    return { access_token: this.#token.value, expires_in: Math.floor((this.#token.until - now) / 1000) }
  }

  checkToken(given: string | null): 0 | 40014 | 41001 | 42001 {
    if (!given) return 41001
    if (this.#expired.has(given)) return 42001
    if (given !== this.#token?.value) return 40014
    return this.now() < this.#token.until ? 0 : 42001
  }

  expireTokens(): void {
    if (this.#token) this.#expired.add(this.#token.value)
    this.#token = null
  }

  newCode(userId: string, taskId: string): string {
    const code = randomBytes(24).toString('base64url')
    this.#codes.set(code, { userId, taskId, until: this.now() + codeMs, used: false })
    return code
  }

  /** Uses the code up; null when there is nothing more to it. */
  useCode(code: string): ResponseCode | null {
    const known = this.#codes.get(code)
    if (!known || known.used || known.until <= this.now()) return null
    known.used = true
    return known
  }

  /** Whether the same request was accepted within so many seconds. */
  isRepeated(request: string, seconds: number): boolean {
    const before = this.#requests.get(request)
    return before !== undefined && before > this.now() - seconds * 1000
  }

  remember(request: string): void {
    this.#requests.set(request, this.now())
  }

  newMedia(type: string, bytes: Buffer): string {
    const id = randomBytes(48).toString('base64url')
    this.media.set(id, { type, bytes })
    return id
  }

  note(one: Omit<Delivered, 'at' | 'msgid' | 'mentioned'> & { mentioned?: string[] }, msgid = this.nextId()): string {
    this.delivered.push({ mentioned: [], ...one, at: this.options.clock(), msgid })
    return msgid
  }
}
