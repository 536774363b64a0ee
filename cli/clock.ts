import { readFileSync } from 'node:fs'
import type { Clock } from '#base'

/**
 * The clock, moved by as many milliseconds as stand in `file`, read anew each time. For drills and tests only, by
 * MASHANG_CLOCK_FILE: so that they can make it jump under a running process (docs/drills.md). Without a file, the clock itself.
 */
export function movableClock(clock: Clock, file: string | undefined): Clock {
  if (!file) return clock
  return () => new Date(clock().getTime() + offsetIn(file))
}

function offsetIn(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8')) || 0
  } catch {
    return 0
  }
}
