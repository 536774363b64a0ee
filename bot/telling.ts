import { isoTime, newId } from '#base'
import type { DeliveryRow } from '#store'
import { tellings } from '#templates'
import type { Desk } from './desk.ts'
import type { Speaker } from './dialogue/turn.ts'
import type { Someone } from './someone.ts'
import type { Effect, WorkingSet } from './working-set.ts'

export function deliveriesOf(
  effect: Effect,
  cases: WorkingSet,
  message: { id: string; text: string | null },
  speakers: Map<string, Someone>,
  desk: Desk,
  now: Date,
): DeliveryRow[] {
  const first = cases.get(effect.after.id)
  const wordsOfMessage = (id: string) =>
    id === message.id ? message.text : id === effect.after.words[0] ? (first?.firstText ?? null) : null
  // Also who was bound by a message of this batch.
  const isBound = (id: string) =>
    desk.directory.isBound(id) || [...speakers.values()].some(({ personId }) => personId === id)
  // Asked for before the case was there, anonymity comes right after its opening, and must hold for that too.
  const told = { ...effect.after, anonymous: effect.after.anonymous || first?.case.anonymous === true }
  return tellings(
    effect.notices,
    { case: told, placeText: first?.placeText ?? null },
    desk.directory,
    wordsOfMessage,
    desk.say,
    now,
  ).map(({ to, template, text }) =>
    to.party === 'resident'
      ? delivery(to.contactId, { id: to.contactId, personId: null }, effect.after.id, template, text, now)
      : {
          ...delivery(`person:${to.id}`, { id: null, personId: to.id }, effect.after.id, template, text, now),
          refused: isBound(to.id) ? null : 'unbound',
        },
  )
}

export function delivery(
  lane: string,
  to: { id: string | null; personId: string | null },
  caseId: string | null,
  template: string,
  text: string,
  now: Date,
): DeliveryRow {
  return {
    id: newId(now.getTime()),
    lane,
    contactId: to.personId === null ? to.id : null,
    personId: to.personId,
    caseId,
    template,
    text,
    refused: null,
    createdAt: isoTime(now),
  }
}

export function laneOf({ id, personId }: Speaker): string {
  return personId === null ? id : `person:${personId}`
}
