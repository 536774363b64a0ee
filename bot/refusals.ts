import type pg from 'pg'
import type { Logger } from 'pino'
import { startLoop } from '#base'
import { countRefusals } from '#store'

/** Counts what is refused at the doors; written down every second, so that a flood of it costs the ledger nothing. */
export interface Refusals {
  count(channel: string, code: string): void
  stop(): Promise<void>
}

export function startRefusals(pool: pg.Pool, log: Logger): Refusals {
  let counted = new Map<string, Map<string, number>>()
  const loop = startLoop(
    async () => {
      const written = counted
      counted = new Map()
      for (const [channel, byCode] of written) {
        log.info({ channel, refused: Object.fromEntries(byCode) }, 'refused at the door')
        await countRefusals(pool, channel, byCode)
      }
      return 1_000
    },
    5_000,
    (error) => {
      const { name, code } = error as { name?: string; code?: string }
      log.warn({ error: code ?? name ?? 'unknown' }, 'refusals could not be counted')
    },
  )
  return {
    count(channel, code) {
      const byCode = counted.get(channel) ?? new Map<string, number>()
      counted.set(channel, byCode.set(code, (byCode.get(code) ?? 0) + 1))
    },
    stop: () => loop.stop(),
  }
}
