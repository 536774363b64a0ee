import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Misbehaviour } from '#simulators'
import { within } from '../wait.ts'
import { isClockFault, isHouseFault, isPlatformFault } from './fault.ts'
import type { ClockFault, Fault, HouseFault, PlatformFault } from './fault.ts'
import type { Newcomer, Talk } from './talk.ts'
import type { World } from './world.ts'

const hourMs = 3_600_000
/** What is done to the platform lasts until somebody met it, but no longer than this after its time. */
const unmetMs = 15_000

/** Does what the plan says, when it says so. What is done to the house, the platform and the clock overlaps; each in turn. */
export async function inflict(
  world: World,
  talk: Talk,
  faults: readonly Fault[],
  told: (line: string) => void,
): Promise<void> {
  const began = performance.now()
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s`
  const series = async (of: readonly Fault[], one: (fault: Fault) => Promise<string>): Promise<void> => {
    for (const fault of of) {
      await pause(Math.max(0, fault.at - (performance.now() - began)))
      const at = seconds()
      told(`${at}  ${await one(fault)}`)
    }
  }
  const of = (is: (kind: Fault['kind']) => boolean) => faults.filter(({ kind }) => is(kind))
  await Promise.all([
    series(of(isPlatformFault), async (fault) => misbehave(world, await talk.newcomer(), fault)),
    series(of(isClockFault), (fault) => jump(world, fault)),
    series(of(isHouseFault), async (fault) => strike(world, await talk.newcomer(), fault)),
  ])
}

/** Whatever is down or held, somebody speaks just then. */
async function strike(world: World, newcomer: Newcomer, { kind, forMs, detail }: Fault): Promise<string> {
  const { bots, workers, postgres, redis, wires } = world
  const bot = bots[detail % bots.length]!
  const worker = workers[detail % workers.length]!
  const away = `${(forMs / 1000).toFixed(1)} s`
  switch (kind as HouseFault) {
    case 'kill-bot':
      bot.kill()
      newcomer.speaks()
      await bot.up(30_000)
      return `kill -9 ${bot.name}`
    case 'kill-worker':
      worker.kill()
      await worker.up(30_000)
      return `kill -9 ${worker.name}`
    case 'kill-postgres':
      await postgres.kill()
      newcomer.speaks()
      await pause(forMs)
      await postgres.start()
      return `kill -9 Postgres, back after ${away}`
    case 'kill-backend':
      return (await postgres.killBackend().catch(() => false))
        ? 'kill -9 one server process of Postgres'
        : 'no server process to kill'
    case 'stop-postgres':
      await postgres.shut()
      newcomer.speaks()
      await pause(forMs)
      await postgres.start()
      return `Postgres stopped for ${away}`
    case 'freeze-postgres':
      await postgres.freeze()
      newcomer.speaks()
      await pause(forMs)
      postgres.thaw()
      return `Postgres frozen for ${away}`
    case 'lock-ledger': {
      const hold = await postgres.hold()
      try {
        newcomer.speaks(4)
        // Until each bot has looked and wants to write, or waits for the other: then they have met for certain.
        const met = await within(5_000, async () => (await hold.waiting()) >= bots.length, 20)
        await pause(met ? Math.min(forMs, 1_000) : 0)
        return `nobody can write messages; ${met ? 'every bot wants to' : 'not every bot wanted to'}`
      } finally {
        await hold.release()
      }
    }
    case 'wipe-queue':
      await (redis ? redis.wipe() : postgres.wipeQueue()).catch(() => {})
      return 'the queue wiped'
    case 'kill-redis':
      await redis!.kill()
      await redis!.start()
      return 'kill -9 Redis, back empty'
    case 'stop-redis':
      await redis!.kill()
      await pause(forMs)
      await redis!.start()
      return `Redis stopped for ${away}, back empty`
    case 'freeze-redis':
      redis!.freeze()
      await pause(forMs)
      redis!.thaw()
      return `Redis frozen for ${away}`
    case 'freeze-bot':
      bot.freeze()
      newcomer.speaks()
      await pause(forMs)
      bot.thaw()
      return `${bot.name} frozen for ${away}`
    case 'freeze-worker':
      worker.freeze()
      await pause(forMs)
      worker.thaw()
      return `${worker.name} frozen for ${away}`
    case 'hang-postgres':
      newcomer.speaks()
      return `${wires.postgres.hang()} connections to Postgres carry nothing any more`
    case 'hang-webhook':
      return `${wires.webhook.hang()} connections of the platform carry nothing any more`
    case 'hang-redis':
      return `${wires.redis!.hang()} connections to Redis carry nothing any more`
    case 'loiter':
      for (let index = 0; index < 20; index++) loiter(wires.webhook.port, detail + index)
      return '20 half-open connections at the webhook'
  }
}

const loiterers = new Set<Socket>()

/** Begins to say something and never goes on. */
function loiter(port: number, how: number): void {
  const path = 'POST /channels/official-account?signature=a&timestamp=1&nonce=b HTTP/1.1\r\nHost: drill\r\n'
  const words = ['', 'POST /chan', path, `${path}Content-Length: 500\r\n\r\n<xml><ToUser`][how % 4]!
  const socket = connect(port, '127.0.0.1', () => socket.write(words))
  loiterers.add(socket)
  socket.on('error', () => {}).on('close', () => loiterers.delete(socket))
}

/** They stay until the drill is over: the house has to be able to end with them there. */
export function sendLoiterersAway(): void {
  for (const socket of loiterers) socket.destroy()
}

const wrongs: Record<PlatformFault, (detail: number) => Misbehaviour> = {
  slow: (detail) => ({ slowMs: 500 + detail * 300 }),
  silent: () => ({ silent: true, times: 4 }),
  drop: () => ({ dropAfterAccept: true, times: 6 }),
  gateway: () => ({ http502: true, times: 6 }),
  busy: () => ({ errcode: -1 }),
  'too-frequent': () => ({ errcode: 45011, times: 4 }),
  'day-limit': () => ({ errcode: 45009, times: 3 }),
  'expire-tokens': () => ({ expireTokens: true }),
}

async function misbehave({ platform }: World, newcomer: Newcomer, { kind, forMs, detail }: Fault): Promise<string> {
  const wrong = wrongs[kind as PlatformFault](detail)
  platform.misbehave(wrong)
  // Their deputy is told of it.
  newcomer.speaks()
  await pause(forMs)
  await within(unmetMs, () => platform.met > 0)
  const { met } = platform
  platform.behave()
  return `the platform: ${kind} ${JSON.stringify(wrong)} for ${(forMs / 1000).toFixed(1)} s, met by ${met}`
}

async function jump({ clock }: World, { kind, forMs }: Fault): Promise<string> {
  const by = (kind as ClockFault) === 'clock-forward' ? hourMs : -hourMs
  await clock.skew(by)
  await pause(forMs)
  await clock.skew(0)
  return `the house's clock an hour ${by > 0 ? 'ahead' : 'behind'} for ${(forMs / 1000).toFixed(1)} s`
}
