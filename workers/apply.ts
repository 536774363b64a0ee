import type pg from 'pg'
import { newId } from '#base'
import type { Clock } from '#base'
import { act, heldWords, noticesOf } from '#cases'
import type { Actor, Case, Command, Refusal, Rules } from '#cases'
import type { Directory } from '#config'
import { changeCase } from '#store'
import type { DeliveryRow } from '#store'
import { tellings } from '#templates'
import type { Say, Told } from '#templates'

export interface ApplyTools {
  pool: pg.Pool
  directory: () => Directory
  rules: Rules
  say: Say
  clock: Clock
}

export type Applied = { ok: true; state: Case } | { ok: false; refusal: Refusal }

/** Carries out a command on one case that did not come as a message: the clock's, or a clerk's. */
export async function applyToCase(
  { pool, directory, rules, say, clock }: ApplyTools,
  by: { id: string } | { number: string },
  command: (state: Case, directory: Directory) => Command,
  actor: Actor,
): Promise<Applied> {
  let applied: Applied = { ok: false, refusal: 'unknown-case' }
  await changeCase(pool, by, async (stored, textOf) => {
    if (stored === null) return null
    const now = clock()
    const people = directory()
    const done = act(
      stored.state.id,
      { case: stored.state, headHash: stored.headHash },
      command(stored.state, people),
      { now, actor },
      rules,
    )
    if (!done.ok) {
      applied = done
      return null
    }
    const state = done.after.case
    const notices = noticesOf(done.before, done.events, state)
    const words = new Map<string, string | null>()
    const { held } = stored.state
    for (const { message } of notices) {
      if (message === null) continue
      const text = await textOf(message)
      words.set(message, text !== null && held?.words.message === message ? heldWords(held, text) : text)
    }
    const told = tellings(
      notices,
      { case: state, placeText: stored.placeText },
      people,
      (message) => words.get(message) ?? null,
      say,
      now,
    )
    const deliveries = told.map((one) => deliveryOf(one, state.id, people, now))
    const lanes = new Set(deliveries.filter(({ refused }) => refused === null).map(({ lane }) => lane))
    for (const { event } of done.events) {
      if (event.type === 'routed' && event.deputy !== null) people.countCase(event.deputy)
    }
    applied = { ok: true, state }
    return {
      write: {
        state,
        headHash: done.after.headHash,
        lastSaidAt: stored.lastSaidAt,
        placeText: stored.placeText,
        events: done.events,
      },
      messages: [],
      deliveries,
      outbox: [...lanes].map((lane) => ({ name: 'deliver', payload: { lane } })),
    }
  })
  return applied
}

function deliveryOf({ to, template, text }: Told, caseId: string, people: Directory, now: Date): DeliveryRow {
  const common = { id: newId(now.getTime()), caseId, template, text, createdAt: now.toISOString() }
  return to.party === 'resident'
    ? { ...common, lane: to.contactId, contactId: to.contactId, personId: null, refused: null }
    : {
        ...common,
        lane: `person:${to.id}`,
        contactId: null,
        personId: to.id,
        refused: people.isBound(to.id) ? null : 'unbound',
      }
}
