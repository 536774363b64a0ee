import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { commit, newId } from '#base'
import { act } from '#cases'
import type { Directory } from '#config'
import type { Outcome } from '#queue'
import { casesToErase, eraseCase, eraseMedia, eraseRest, finishErasure, readErasure } from '#store'
import type { CaseToErase, DeliveryRow, Erasure, MediaKept, Remains } from '#store'
import { hidePerson } from '#templates'
import type { ApplyTools } from './apply.ts'

export interface EraseTools extends ApplyTools {
  log: Logger
  /** Takes fetched content away from where it was kept. */
  removeMedia: (sha256: string, kept: MediaKept) => Promise<void>
  /** Reads the list of people anew: who is told of a leaving shall be reachable now. */
  renewDirectory: () => Promise<void>
}

/**
 * Somebody left the account: their personal data goes, the substance of their cases stays (docs/adr/0014). Each step may be
 * done again, so a job that broke off begins anew; the ledger says when all of it is done.
 */
export function createErase(tools: EraseTools) {
  const { pool, clock, log, removeMedia } = tools

  return async function erase({ erasureId }: { erasureId: string }): Promise<Outcome> {
    const erasure = await readErasure(pool, erasureId)
    if (erasure === null) return { do: 'done' }
    const cases = await casesToErase(pool, erasure)
    for (const each of cases) await eraseOne(erasure, each)
    await eraseRest(pool, erasure)
    // After the words: a bucket that is down keeps none of them.
    await eraseMedia(pool, erasure, clock(), removeMedia)
    if (erasure.person !== null) await tools.renewDirectory()
    await finishErasure(pool, erasure, clock(), toldOf(erasure, tools))
    log.info({ erasure: erasureId, cases: cases.length }, 'a person was forgotten')
    return { do: 'done' }
  }

  function eraseOne(erasure: Erasure, each: CaseToErase): Promise<void> {
    const { id, onlyWords } = each
    return eraseCase(
      pool,
      erasure,
      each,
      (stored, said) => {
        const remains = said.map(remainsOf)
        const held = { case: stored.state, headHash: stored.headHash }
        const command = {
          type: 'erase',
          remains: remains.map(({ message, text, salt }) => {
            return { message, commitment: salt === null ? null : commit(salt, text ?? '') }
          }),
          ...(onlyWords && { only: 'words' as const }),
        } as const
        const done = act(id, held, command, { now: clock(), actor: { party: 'system' } }, tools.rules)
        if (!done.ok) return null
        const write = {
          state: done.after.case,
          headHash: done.after.headHash,
          lastSaidAt: stored.lastSaidAt,
          placeText: stored.placeText && hidePerson(stored.placeText),
          events: done.events,
        }
        return { write, remains }
      },
      hidePerson,
    )
  }
}

/** The matter itself, without what tells who said it, under a salt of its own: nothing ties it to the words before. */
function remainsOf({ message, text }: { message: string; text: string | null }): Remains {
  return text === null ? { message, text: null, salt: null } : { message, text: hidePerson(text), salt: randomUUID() }
}

/** Staff hear of somebody on the rolls whom nothing reaches any more. */
function toldOf({ person }: Erasure, { directory, say, clock }: EraseTools) {
  const people: Directory = directory()
  const name = person === null || person.stillBound ? null : people.person(person.id)
  if (person === null || name === null) return { deliveries: [], outbox: [] }
  const now = clock()
  const deputy = people.deputies.find(({ id }) => id === person.id)
  const text = say('staff-left', { name, deputy: deputy !== undefined, load: deputy?.load ?? 0, id: person.id })
  const deliveries = people.staffFor(deputy?.region ?? null).map((staff): DeliveryRow => {
    const lane = `person:${staff}`
    const common = { contactId: null, caseId: null, template: 'staff-left', refused: null }
    return { ...common, id: newId(now.getTime()), lane, personId: staff, text, createdAt: now.toISOString() }
  })
  return { deliveries, outbox: deliveries.map(({ lane }) => ({ name: 'deliver', payload: { lane } })) }
}
