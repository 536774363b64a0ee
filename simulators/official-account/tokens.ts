import { randomBytes } from 'node:crypto'
import { shanghaiMs } from '#base'
import { no } from './result.ts'
import type { Result } from './result.ts'

const lifeSeconds = 7200
const overlapSeconds = 300
const dayMs = 24 * 3_600_000

/** The access tokens of one account. Times in milliseconds. */
export class Tokens {
  readonly #expiry = new Map<string, number>()
  #stable = ''
  #plain = ''

  /** How often a stable token was asked for, and how often a new one was forced. */
  stableAsked = 0
  #forced: number[] = []

  /** stable_token: the same one until 5 minutes before its end, unless a new one is forced: 20 times a day, 30 s apart. */
  stable(now: number, force: boolean): Result {
    this.stableAsked += 1
    if (force) {
      const day = (at: number) => Math.floor((at + shanghaiMs) / dayMs)
      this.#forced = this.#forced.filter((at) => day(at) === day(now))
      if (this.#forced.length >= 20) return no(45009, 'reach max api daily quota limit')
      if (now - (this.#forced.at(-1) ?? 0) < 30_000) return no(45011, 'api minute-quota reach limit')
      this.#forced.push(now)
    }
    const end = this.#expiry.get(this.#stable) ?? 0
    if (force || end - now <= overlapSeconds * 1000) this.#stable = this.#renew(this.#stable, now)
    return { data: this.#told(this.#stable, now) }
  }

  /** token: a new one for each call; the one before lives on for 5 minutes. */
  plain(now: number): { access_token: string; expires_in: number } {
    this.#plain = this.#renew(this.#plain, now)
    return this.#told(this.#plain, now)
  }

  /** 0, or the errcode. */
  check(token: string | null, now: number): 0 | 40001 | 41001 | 42001 {
    if (!token) return 41001
    const end = this.#expiry.get(token)
    if (end === undefined) return 40001
    return now < end ? 0 : 42001
  }

  expireAll(): void {
    for (const token of this.#expiry.keys()) this.#expiry.set(token, 0)
  }

  #renew(old: string, now: number): string {
    const end = this.#expiry.get(old)
    if (end !== undefined) this.#expiry.set(old, Math.min(end, now + overlapSeconds * 1000))
    // About as long as real ones, so that a column too narrow for them shows.
    const token = `${Math.floor(now / 1000) % 100}_${randomBytes(100).toString('base64url')}`
    this.#expiry.set(token, now + lifeSeconds * 1000)
    return token
  }

  #told(token: string, now: number): { access_token: string; expires_in: number } {
    return { access_token: token, expires_in: Math.floor((this.#expiry.get(token)! - now) / 1000) }
  }
}
