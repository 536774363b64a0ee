import type { Random } from '../random.ts'
import { clockFaults, houseFaults, platformFaults, redisFaults } from './fault.ts'
import type { Backend, Fault, FaultKind } from './fault.ts'

export interface FaultOptions {
  backend: Backend
  /** How long people talk. */
  talkMs: number
  /** The longest that a server stays away. */
  outageMs: number
  /** Only these, each once; any that fit unless given. */
  kinds?: readonly FaultKind[]
}

/** One series for the house and its servers, one for the platform, one for the clock; each spread over the talk. */
export function planFaults(random: Random, { backend, talkMs, outageMs, kinds }: FaultOptions): Fault[] {
  const has = (kind: FaultKind) => kinds === undefined || kinds.includes(kind)
  const length = (kind: FaultKind): number => {
    // The full length in every third: it finds what gives up too early, a short one what isn't careful enough.
    const away = Math.round(outageMs * random.pick([1, 0.3, 0.1]))
    if (/^(stop|freeze-(postgres|redis))/.test(kind)) return away
    // A worker that wakes after its lease is over may still send: what is sent then can't be taken back by anybody.
    if (kind.startsWith('freeze')) return Math.min(away, 12_000)
    if (kind.startsWith('clock')) return random.whole(2_000, 6_000)
    return random.whole(500, 4_000)
  }
  const fault = (kind: FaultKind, at: number): Fault => ({ at, kind, forMs: length(kind), detail: random.whole(0, 3) })
  /** Begins with each once in an order of its own, then any. */
  const series = (of: readonly FaultKind[], count: number): Fault[] => {
    const fitting = of.filter(has)
    const order = fitting.map((kind) => ({ kind, key: random.next() })).sort((a, b) => a.key - b.key)
    const length = fitting.length === 0 ? 0 : kinds ? fitting.length : count
    return Array.from({ length }, (_, index) => {
      const kind = order[index]?.kind ?? random.pick(fitting)
      return fault(kind, Math.floor(((index + random.next()) * talkMs) / length))
    })
  }
  return [
    // Outages take their time, about a quarter of the longest: what is left over after the talk meets fewer people.
    ...series(
      [...houseFaults, ...(backend === 'redis' ? redisFaults : [])],
      Math.max(1, Math.round(talkMs / (2_000 + outageMs / 6))),
    ),
    ...series(platformFaults, Math.max(2, Math.round(talkMs / 10_000))),
    ...series(clockFaults, Math.max(1, Math.round(talkMs / 30_000))),
  ].sort((a, b) => a.at - b.at)
}
