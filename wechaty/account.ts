import type { Logger } from 'pino'
import { startLoop } from '#base'
import type { Clock } from '#base'
import { inTime } from './in-time.ts'
import type { Wechaty } from './library.ts'
import { nameOf } from './speaker.ts'
import { readSwitch, switchOff } from './switch.ts'
import type { Status, Stopped } from './switch.ts'

export interface AccountOptions {
  wechaty: Wechaty
  folder: string
  clock: Clock
  log: Logger
  /** How often the switch is looked at, in milliseconds. */
  everyMs: number
  /** The library may take so long to start, to stop, or to be back by itself, in milliseconds; two minutes unless given. */
  patienceMs?: number
}

/** The account itself, on or off as its switch says. */
export interface Account {
  state(): { state: Status['state']; stopped: Stopped | null; scan: string | null }
  /** Switches it off for good, until somebody switches it on again. */
  trip(why: Stopped['why']): void
  stop(): Promise<void>
}

/** What the library gives as the reason when it stops or restarts its own connection. */
const ownDoing = /puppet stop\(\)/
const mostBackoffMs = 300_000

/** Keeps the account on while the switch allows, and off from the moment it doesn't. */
export function startAccount(options: AccountOptions): Account {
  const { wechaty, folder, clock, log, everyMs, patienceMs = 120_000 } = options
  let running = false
  let stopping = false
  let stopped: Stopped | null = readSwitch(folder)
  let scan: string | null = null
  let scanTold = false
  let failures = 0
  // These two by the steady clock: when the wall clock is set, the account must neither stay off for hours nor be restarted.
  let notBefore = 0
  /** When the puppet was last seen at work. */
  let upAt = 0
  /** A stop that the disk would not take. It holds all the same: who was thrown out must not be back for want of space. */
  let unwritten: Stopped | null = null

  wechaty.on('login', () => {
    scan = null
    scanTold = false
    log.info('logged in')
  })
  wechaty.on('logout', (_user, reason) => {
    scanTold = false
    if (stopping || ownDoing.test(reason ?? '')) return log.info('logged out for a new connection')
    log.error('the platform logged the account out; it stays off until `mashang wechaty start`')
    trip('logged-out')
  })
  wechaty.on('scan', (link) => {
    scan = link
    upAt = performance.now()
    if (scanTold) return
    scanTold = true
    // Somebody must open it to log in; the ones that follow stand in `mashang wechaty status`.
    log.info({ link }, 'open this link and scan the code to log in')
  })
  wechaty.on('error', (error) => log.warn({ error: nameOf(error) }, 'the wechaty library reports an error'))

  function trip(why: Stopped['why']): void {
    stopped = unwritten = { since: clock().toISOString(), why }
    writeDown()
  }

  function writeDown(): void {
    if (unwritten === null) return
    try {
      switchOff(folder, unwritten)
      unwritten = null
    } catch (error) {
      log.error({ error: nameOf(error) }, 'that the account is off could not be written; it is tried again')
    }
  }

  async function bringDown(): Promise<void> {
    stopping = true
    try {
      if ((await inTime(wechaty.stop(), patienceMs)) === 'late') throw new Error('it does not stop')
    } catch (error) {
      log.warn({ error: nameOf(error) }, 'the account could not be taken off cleanly')
    } finally {
      stopping = false
      running = false
      scan = null
    }
  }

  /** The start of some puppets never ends, though they log in and work. */
  function isUp(): boolean {
    const active = wechaty.puppet.state.active()
    return active === true || (active === 'pending' && wechaty.isLoggedIn)
  }

  const loop = startLoop(
    async () => {
      const was = stopped
      writeDown()
      stopped = unwritten ?? readSwitch(folder)
      if (stopped && running) {
        await bringDown()
        log.warn({ why: stopped.why }, 'the account is off: nothing is said and nothing is heard')
      } else if (running) {
        if (isUp()) upAt = performance.now()
        // The library restarts its puppet when it goes silent, but only once: where that fails, it is deaf from then on.
        if (performance.now() - upAt > patienceMs) {
          log.error('the connection is gone and does not come back; it is started anew')
          await bringDown()
        }
      } else if (!stopped && performance.now() >= notBefore) {
        if (was) log.warn('the account is on again')
        try {
          const started = await inTime(wechaty.start(), patienceMs)
          // What went wrong came as an event: `start` itself never fails.
          if (started === 'late' || wechaty.puppet.state.active() === false) throw new Error('the puppet did not start')
          running = true
          failures = 0
          upAt = performance.now()
        } catch (error) {
          // The library believes that it runs: until it is stopped, to start it again does nothing.
          await bringDown()
          failures += 1
          notBefore = performance.now() + Math.min(mostBackoffMs, 5 * everyMs * 2 ** (failures - 1))
          log.error({ error: nameOf(error), failures }, 'the account could not be started; it is tried again')
        }
      }
      return everyMs
    },
    everyMs,
    (error) => log.error({ error: nameOf(error) }, 'the switch could not be read'),
  )

  return {
    state: () => ({
      state: stopped ? 'off' : wechaty.isLoggedIn ? 'on' : scan === null ? 'starting' : 'scan',
      stopped,
      scan,
    }),
    trip,
    async stop() {
      await loop.stop()
      if (running) await bringDown()
    },
  }
}
