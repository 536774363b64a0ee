import { writeFile } from 'node:fs/promises'
import { systemClock } from '#base'
import type { Clock } from '#base'

/** The time of the drill, and how far the house's own clock is off. */
export interface DrillClock extends Clock {
  /** How far it is ahead of the real one. */
  readonly ahead: number
  /** For all: hours go by. */
  advance(ms: number): Promise<void>
  /** For the house alone: its clock is wrong by so much. */
  skew(ms: number): Promise<void>
}

/** `file` is where the house's processes read by how much they are off (MASHANG_CLOCK_FILE). */
export function drillClock(file: string): DrillClock {
  let ahead = 0
  let skewed = 0
  const write = () => writeFile(file, String(ahead + skewed))
  const clock = () => new Date(systemClock().getTime() + ahead)
  Object.defineProperty(clock, 'ahead', { get: () => ahead })
  return Object.assign(clock as DrillClock, {
    advance: async (ms: number) => {
      ahead += ms
      await write()
    },
    skew: async (ms: number) => {
      skewed = ms
      await write()
    },
  })
}
