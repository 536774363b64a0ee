export type Backend = 'postgres' | 'redis'

/** One thing that goes wrong. `at` and `forMs` in milliseconds from the first message. */
export interface Fault {
  at: number
  kind: FaultKind
  forMs: number
  /** Which worker, which way, which code: what it means depends on the kind. */
  detail: number
}

export type FaultKind = HouseFault | PlatformFault | ClockFault
/** Done to the house's processes and servers, one at a time. */
export type HouseFault = (typeof houseFaults)[number] | (typeof redisFaults)[number]
export type PlatformFault = (typeof platformFaults)[number]
export type ClockFault = (typeof clockFaults)[number]

export const houseFaults = [
  'kill-bot',
  'kill-worker',
  'kill-postgres',
  'kill-backend',
  'wipe-queue',
  'stop-postgres',
  'freeze-postgres',
  'lock-ledger',
  'freeze-bot',
  'freeze-worker',
  'hang-postgres',
  'hang-webhook',
  'loiter',
] as const
export const redisFaults = ['kill-redis', 'stop-redis', 'freeze-redis', 'hang-redis'] as const
export const platformFaults = [
  'slow',
  'silent',
  'drop',
  'gateway',
  'busy',
  'too-frequent',
  'day-limit',
  'expire-tokens',
] as const
export const clockFaults = ['clock-forward', 'clock-back'] as const

export const faultKinds = (): readonly FaultKind[] => [
  ...houseFaults,
  ...redisFaults,
  ...platformFaults,
  ...clockFaults,
]

export function isPlatformFault(kind: FaultKind): kind is PlatformFault {
  return (platformFaults as readonly string[]).includes(kind)
}

export function isClockFault(kind: FaultKind): kind is ClockFault {
  return (clockFaults as readonly string[]).includes(kind)
}

export function isHouseFault(kind: FaultKind): kind is HouseFault {
  return !isPlatformFault(kind) && !isClockFault(kind)
}
