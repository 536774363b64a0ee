import type { Logger } from 'pino'
import { startLoop } from '#base'
import type { Clock } from '#base'
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
export function startAccount({ wechaty, folder, clock, log, everyMs }: AccountOptions): Account {
  let running = false
  let stopping = false
  let stopped: Stopped | null = readSwitch(folder)
  let scan: string | null = null
  let scanTold = false
  let failures = 0
  let notBefore = 0

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
    if (scanTold) return
    scanTold = true
    // Somebody must open it to log in; the ones that follow stand in `mashang wechaty status`.
    log.info({ link }, 'open this link and scan the code to log in')
  })
  wechaty.on('error', (error) => log.warn({ error: nameOf(error) }, 'the wechaty library reports an error'))

  function trip(why: Stopped['why']): void {
    stopped = { since: clock().toISOString(), why }
    switchOff(folder, stopped)
  }

  async function bringDown(): Promise<void> {
    stopping = true
    try {
      await wechaty.stop()
    } catch (error) {
      log.warn({ error: nameOf(error) }, 'the account could not be taken off cleanly')
    } finally {
      stopping = false
      running = false
      scan = null
    }
  }

  const loop = startLoop(
    async () => {
      const was = stopped
      stopped = readSwitch(folder)
      if (stopped && running) {
        await bringDown()
        log.warn({ why: stopped.why }, 'the account is off: nothing is said and nothing is heard')
      } else if (!stopped && !running && clock().getTime() >= notBefore) {
        if (was) log.warn('the account is on again')
        try {
          await wechaty.start()
          // What went wrong came as an event: `start` itself never fails.
          if (wechaty.puppet.state.active() === false) throw new Error('the puppet did not start')
          running = true
          failures = 0
        } catch (error) {
          failures += 1
          notBefore = clock().getTime() + Math.min(mostBackoffMs, 5_000 * 2 ** (failures - 1))
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
