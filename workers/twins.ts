import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import { startLoop } from '#base'
import type { Clock, Loop } from '#base'
import type { City } from '#config'
import { holdTwinSearch, releaseTwinSearch } from '#store'
import { TwinSearch } from './twin-search.ts'

export interface TwinsOptions {
  pool: pg.Pool
  city: City
  clock: Clock
  log: Logger
  onError: (error: unknown) => void
}

const everyMs = 2_000
const standbyMs = 15_000
const leaseMs = 60_000
/** A long search says how far it is. */
const reportEveryMs = 30_000

/**
 * Finds open cases that are likely one matter, after the fact: never in the webhook's path. One process of all does it;
 * the others stand by, and take over when it is gone.
 */
export function startTwins({ pool, city, clock, log, onError }: TwinsOptions): Loop {
  const holder = randomUUID()
  let search: TwinSearch | null = null
  let heldAt = -Infinity
  let reportedAt = performance.now()

  const round = async (): Promise<number> => {
    const now = performance.now()
    if (search === null || now - heldAt > leaseMs / 4) {
      const held = await holdTwinSearch(pool, holder, leaseMs)
      if (held === null) {
        search = null
        return standbyMs
      }
      heldAt = now
      // Somebody had all links forgotten: they are made again.
      if (search === null || held.upTo === null) search = new TwinSearch({ pool, city, clock, holder, upTo: held.upTo })
    }
    const more = await search.step()
    if (more && now - reportedAt > reportEveryMs) {
      reportedAt = now
      log.info(search.progress, 'looking for twins')
    }
    return more ? 0 : everyMs
  }
  const loop = startLoop(round, everyMs, onError)
  return {
    async stop() {
      await loop.stop()
      await releaseTwinSearch(pool, holder).catch(onError)
    },
  }
}
