import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import { startLoop } from '#base'
import type { Clock, Loop } from '#base'
import { isOpen } from '#cases'
import type { Case } from '#cases'
import type { City, LanguageModelSettings } from '#config'
import { claimHints, createHintSearch, giveHint, missHint } from '#store'
import type { HintWanted } from '#store'
import { createRedact } from '#understanding'
import type { Reader } from '#understanding'
import { askModel } from './ask.ts'
import { Breaker } from './breaker.ts'

export interface SecondOpinionOptions {
  pool: pg.Pool
  city: City
  settings: LanguageModelSettings
  /** The same as the bot's: it says how sure we are. */
  reader: Reader
  clock: Clock
  log: Logger
}

const everyMs = 1_000
/** Requests at a time; staff read their list now and then, not every second. */
const atATime = 2
const mostAttempts = 3
/** Longer than a request may last: what nobody finished by then is asked anew. */
const leaseMs = 60_000

/**
 * Asks a language model what it takes a case for that we are not sure of, and keeps its answer as a hint for staff. That
 * is all it can do: it has no tools, changes no case, and its words are shown to nobody. Complaints of people are never
 * sent; of the others what tells who said them is taken out first.
 */
export function startSecondOpinion(options: SecondOpinionOptions, onError: (error: unknown) => void): Loop {
  const { pool, city, settings, reader, clock, log } = options
  const breaker = new Breaker()
  const stopped = new AbortController()
  const redact = createRedact(city.people)
  const topics = city.topics.filter((topic) => topic.split('/').length <= 2)
  const findNew = createHintSearch(pool, isUnsure)

  const loop = startLoop(
    async () => {
      const more = await findNew(clock())
      const wanted = breaker.allows(atATime, clock())
      const until = new Date(clock().getTime() + leaseMs)
      const claimed = wanted === 0 ? [] : await claimHints(pool, randomUUID(), clock(), until, wanted)
      await Promise.all(claimed.map(consider))
      return more || (claimed.length > 0 && claimed.length === wanted) ? 0 : everyMs
    },
    10_000,
    onError,
  )
  return {
    stop: () => {
      stopped.abort()
      return loop.stop()
    },
  }

  function isUnsure(state: Case, text: string): boolean {
    if (!maySend(state, text)) return false
    if (state.topic === null || (state.status === 'triage' && state.region === null)) return true
    return reader.read(text).topicConfidence < settings.below
  }

  /** Asked of the words as they are now: somebody may have been complained of since. */
  function maySend(state: Case, text: string): boolean {
    if (!isOpen(state.status) || state.erased || state.accused.length > 0) return false
    return text.trim() !== '' && reader.read(text).accused.length === 0
  }

  async function consider(wanted: HintWanted): Promise<void> {
    const { caseId, lease, attempts, state, texts } = wanted
    if (!texts.every((text) => maySend(state, text)) || texts.length === 0) {
      return missHint(pool, { caseId, lease }, { code: 'NOT_SENT', retryAt: null }, clock())
    }
    const answered = await askModel(settings, { words: redact(texts.join('\n')), topics }, stopped.signal)
    if (answered.opinion !== null) {
      breaker.succeeded()
      await giveHint(pool, { caseId, lease }, { ...answered.opinion, model: settings.name }, clock())
      return log.debug({ case: caseId }, 'a second opinion was given')
    }
    const { code } = answered
    if (code === 'STOPPED') return
    const pauseMs = breaker.failed(clock())
    const retryAt = attempts < mostAttempts ? new Date(clock().getTime() + leaseMs * 2 ** attempts) : null
    await missHint(pool, { caseId, lease }, { code, retryAt }, clock())
    log.info({ case: caseId, code, attempts }, 'no second opinion')
    if (pauseMs !== null) log.warn({ code, pauseMs }, 'the language model is left alone for a while')
  }
}
