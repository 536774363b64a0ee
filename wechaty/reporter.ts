import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { startLoop } from '#base'
import type { Clock } from '#base'
import { answerSchema, signedHeaders } from '#channels'
import type { Heard } from '#channels'
import { nameOf } from './speaker.ts'
import type { Spool } from './spool.ts'

export interface ReporterOptions {
  spool: Spool<Heard>
  secret: string
  /** The house's own address, without a trailing slash. */
  botUrl: string
  clock: Clock
  log: Logger
  /** Called with what the house answered, before the message is forgotten; resolves when that is safe. */
  onAnswer: (heard: Heard, say: string | null) => Promise<void>
  /** The first wait after a failure, doubled up to 60 times of it; 1 s unless given. */
  backoffMs?: number
  fetch?: typeof globalThis.fetch
}

export interface Reporter {
  /** Ends what is under way; what still waits stays in its files. */
  stop(): Promise<void>
}

const timeoutMs = 30_000

/** Hands in what was heard, one after the other in the order it was said, until the house has taken it. */
export function startReporter(options: ReporterOptions): Reporter {
  const { spool, secret, botUrl, clock, log, onAnswer, backoffMs = 1_000 } = options
  const stopping = new AbortController()
  const { signal } = stopping

  /** True: it is done with. */
  async function report(heard: Heard): Promise<'taken' | 'not-taken' | 'failed'> {
    const body = JSON.stringify(heard)
    try {
      const response = await (options.fetch ?? globalThis.fetch)(`${botUrl}/channels/wechaty`, {
        method: 'POST',
        headers: signedHeaders(secret, 'hear', body, clock(), randomUUID()),
        body,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      const text = await response.text()
      if (response.status === 200) {
        await onAnswer(heard, answerSchema.parse(JSON.parse(text)).say)
        return 'taken'
      }
      log.warn(
        { status: response.status, code: /^[A-Z_]{1,40}$/.test(text) ? text : null },
        'the house did not take it',
      )
      // Unreadable or too large for good; anything else, a wrong secret too, can be mended and is asked again.
      return response.status === 400 || response.status === 413 ? 'not-taken' : 'failed'
    } catch (error) {
      if (!signal.aborted) log.warn({ error: nameOf(error) }, 'the house could not be reached; it is tried again')
      return 'failed'
    }
  }

  let failures = 0
  const loop = startLoop(
    async () => {
      await spool.filled()
      const next = await spool.oldest()
      if (!next) return 0
      const result = await report(next.value)
      if (result === 'taken') await spool.remove(next.name)
      if (result === 'not-taken') await spool.setAside(next.name)
      failures = result === 'failed' ? failures + 1 : 0
      return failures === 0 ? 0 : Math.min(60, 2 ** (failures - 1)) * backoffMs
    },
    5 * backoffMs,
    (error) => log.error({ error: nameOf(error) }, 'what was heard could not be handed in; it is tried again'),
  )

  return {
    async stop() {
      stopping.abort()
      const stopped = loop.stop()
      spool.wake()
      await stopped
    },
  }
}
