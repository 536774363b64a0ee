import { act, isOpen, noticesOf } from '#cases'
import type { Actor, Case, Command, Held, Linked, Notice, Refusal } from '#cases'
import type { CaseRow } from '#store'

/** A case in the hands of this batch. */
export interface Entry extends Held {
  lastSaidAt: string
  firstText: string | null
  /** What the resident called the place. */
  placeText: string | null
  /** The message of its last answer, as the deputy wrote it; null while this batch is what answers it. */
  answerText: string | null
}

/** What one message did to one case. */
export interface Effect {
  before: Case | null
  after: Case
  events: Linked[]
  notices: Notice[]
}

/**
 * The cases a batch works on, as they become while its messages are thought about one after the other. A message's
 * doings count only once it is `keep`t, so that one which fails half-way leaves nothing behind.
 */
export class WorkingSet {
  readonly #entries = new Map<string, Entry>()
  readonly #events = new Map<string, Linked[]>()
  #draft: { entries: Map<string, Entry>; effects: Effect[] } = { entries: new Map(), effects: [] }

  /** Ids of each resident's cases; an id whose draft was dropped stays and finds nothing. */
  readonly #ofResident = new Map<string, Set<string>>()

  constructor(rows: readonly CaseRow[]) {
    for (const { state, ...row } of rows) {
      this.#entries.set(state.id, { case: state, ...row })
      this.#belongs(state.id, state.resident)
    }
  }

  get(id: string): Entry | null {
    return this.#draft.entries.get(id) ?? this.#entries.get(id) ?? null
  }

  /** A resident's own cases, opened from any of these accounts of theirs; newest first. */
  of(accounts: readonly string[]): Entry[] {
    const ids = accounts.flatMap((account) => [...(this.#ofResident.get(account) ?? [])])
    if (ids.length === 0) return []
    return [...new Set(ids)]
      .map((id) => this.get(id))
      .filter((entry) => entry !== null)
      .sort((a, b) => (a.case.openedAt < b.case.openedAt ? 1 : a.case.openedAt > b.case.openedAt ? -1 : 0))
  }

  /** What a grid worker reported for others, newest first. */
  through(worker: string): Entry[] {
    return this.#all()
      .filter((entry) => entry.case.through === worker)
      .sort((a, b) => Date.parse(b.case.openedAt) - Date.parse(a.case.openedAt))
  }

  /** What a deputy holds and owes something on, newest first. */
  heldBy(deputy: string): Entry[] {
    return this.#all()
      .filter((entry) => entry.case.deputy === deputy && isOpen(entry.case.status))
      .sort((a, b) => (a.case.openedAt < b.case.openedAt ? 1 : -1))
  }

  /** Carries a command out on the draft. `said` marks that the resident spoke on it just now. */
  act(
    id: string,
    command: Command,
    actor: Actor,
    now: Date,
    rules: Parameters<typeof act>[4],
    said: { at: string; text: string | null; placeText: string | null } | null = null,
  ): { ok: true; entry: Entry } | { ok: false; refusal: Refusal } {
    const held = this.get(id)
    const done = act(id, held, command, { now, actor }, rules)
    if (!done.ok) return done
    const entry: Entry = {
      ...done.after,
      lastSaidAt: said?.at ?? held?.lastSaidAt ?? done.after.case.openedAt,
      answerText: held?.answerText ?? null,
      placeText: said?.placeText ?? held?.placeText ?? null,
      firstText: held ? held.firstText : (said?.text ?? null),
    }
    this.#draft.entries.set(id, entry)
    if (held === null) this.#belongs(id, entry.case.resident)
    this.#draft.effects.push({
      before: done.before,
      after: done.after.case,
      events: done.events,
      notices: noticesOf(done.before, done.events, done.after.case),
    })
    return { ok: true, entry }
  }

  /** Makes the draft part of the batch and returns what it did. */
  keep(): Effect[] {
    const { entries, effects } = this.#draft
    for (const [id, entry] of entries) this.#entries.set(id, entry)
    for (const { after, events } of effects) {
      const earlier = this.#events.get(after.id)
      if (earlier) earlier.push(...events)
      else this.#events.set(after.id, [...events])
    }
    this.#draft = { entries: new Map(), effects: [] }
    return effects
  }

  drop(): void {
    this.#draft = { entries: new Map(), effects: [] }
  }

  /** Every case that was changed, with all its new events. */
  changed(): { entry: Entry; events: Linked[] }[] {
    return [...this.#events].map(([id, events]) => ({ entry: this.#entries.get(id)!, events }))
  }

  #belongs(id: string, resident: string): void {
    const ids = this.#ofResident.get(resident)
    if (ids) ids.add(id)
    else this.#ofResident.set(resident, new Set([id]))
  }

  #all(): Entry[] {
    return [...new Map([...this.#entries, ...this.#draft.entries]).values()]
  }
}
