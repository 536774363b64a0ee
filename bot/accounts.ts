import { randomBytes } from 'node:crypto'
import type { IntakeView, IntakeWrites } from '#store'
import { freshMemory } from './dialogue/memory.ts'
import type { Reply, Speaker, Turn } from './dialogue/turn.ts'

/** What the messages of one batch do to accounts: whose they are, and which belong together. */
export class Accounts {
  readonly redeemed: string[] = []
  readonly pickedUp: IntakeWrites['pickedUp'] = []
  readonly #unbound = new Set<string>()
  readonly #view: IntakeView

  constructor(view: IntakeView) {
    this.#view = view
  }

  // A code is good once, also among the messages of one batch.
  readonly codeOwner: Turn['codeOwner'] = (code) =>
    this.redeemed.includes(code) ? null : (this.#view.codes.get(code) ?? null)

  readonly pickupOf: Turn['pickupOf'] = (code) =>
    this.pickedUp.some((one) => one.code === code) ? null : (this.#view.pickups.get(code)?.accounts ?? null)

  get unbound(): string[] {
    return [...this.#unbound]
  }

  /** Takes down what a reply did; `others` are the batch's speakers, some of whom may just have lost their binding. */
  note(reply: Reply, speaker: Speaker, others: Iterable<Speaker>): void {
    if (reply.pickedUp !== undefined) {
      const of = this.#view.pickups.get(reply.pickedUp)!.contact
      this.pickedUp.push({ code: reply.pickedUp, by: speaker.id, of })
    }
    if (reply.unbound) this.#unbound.add(speaker.id)
    if (reply.redeemed === undefined) return
    this.redeemed.push(reply.redeemed)
    this.#unbound.delete(speaker.id)
    const { replaces = false, accounts = [] } = this.#view.codes.get(reply.redeemed) ?? {}
    if (!replaces) return
    const lost = new Set(accounts.filter((id) => id !== speaker.id))
    for (const id of lost) this.#unbound.add(id)
    for (const other of others) {
      if (!lost.has(other.id)) continue
      other.personId = null
      other.boundAt = null
    }
  }
}

/** A resident for whom a grid worker reports: without an address of their own. */
export function representedRow(id: string, now: Date): IntakeWrites['contacts'][number] {
  const at = now.toISOString()
  return {
    id,
    channel: 'by-hand',
    personId: null,
    boundAt: null,
    following: false,
    dialogue: freshMemory,
    windows: [],
    lastHeardAt: at,
    createdAt: at,
    addressHash: randomBytes(32),
    addressSealed: null,
  }
}
