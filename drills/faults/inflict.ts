import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Misbehaviour } from '#simulators'
import { isClockFault, isPlatformFault } from './plan.ts'
import type { ClockFault, Fault, HouseFault, PlatformFault } from './plan.ts'
import type { World } from './world.ts'

const hourMs = 3_600_000

/** Does what the plan says, when it says so. What is done to the house, the platform and the clock overlaps; each in turn. */
export async function inflict(world: World, faults: readonly Fault[], told: (line: string) => void): Promise<void> {
  const began = performance.now()
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s`
  const series = async (of: readonly Fault[], one: (fault: Fault) => Promise<string>): Promise<void> => {
    for (const fault of of) {
      await pause(Math.max(0, fault.at - (performance.now() - began)))
      const at = seconds()
      told(`${at}  ${await one(fault)}`)
    }
  }
  const of = <Kind extends Fault['kind']>(is: (kind: Fault['kind']) => kind is Kind) =>
    faults.filter(({ kind }) => is(kind))
  await Promise.all([
    series(of(isPlatformFault), (fault) => misbehave(world, fault)),
    series(of(isClockFault), (fault) => jump(world, fault)),
    series(
      faults.filter(({ kind }) => !isPlatformFault(kind) && !isClockFault(kind)),
      (fault) => strike(world, fault),
    ),
  ])
}

async function strike(world: World, { kind, forMs, detail }: Fault): Promise<string> {
  const { bots, workers, postgres, redis, wires } = world
  const bot = bots[detail % bots.length]!
  const worker = workers[detail % workers.length]!
  const away = `${(forMs / 1000).toFixed(1)} s`
  switch (kind as HouseFault) {
    case 'kill-bot':
      bot.kill()
      await bot.up(30_000)
      return `kill -9 ${bot.name}`
    case 'kill-worker':
      worker.kill()
      await worker.up(30_000)
      return `kill -9 ${worker.name}`
    case 'kill-postgres':
      await postgres.kill()
      await pause(forMs)
      await postgres.start()
      return `kill -9 Postgres, back after ${away}`
    case 'kill-backend':
      return (await postgres.killBackend().catch(() => false))
        ? 'kill -9 one server process of Postgres'
        : 'no server process to kill'
    case 'stop-postgres':
      await postgres.shut()
      await pause(forMs)
      await postgres.start()
      return `Postgres stopped for ${away}`
    case 'freeze-postgres':
      await postgres.freeze()
      await pause(forMs)
      postgres.thaw()
      return `Postgres frozen for ${away}`
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
      await pause(forMs)
      bot.thaw()
      return `${bot.name} frozen for ${away}`
    case 'freeze-worker':
      worker.freeze()
      await pause(forMs)
      worker.thaw()
      return `${worker.name} frozen for ${away}`
    case 'hang-postgres':
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

async function misbehave({ platform }: World, { kind, forMs, detail }: Fault): Promise<string> {
  const wrong = wrongs[kind as PlatformFault](detail)
  platform.misbehave(wrong)
  await pause(forMs)
  platform.behave()
  return `the platform: ${kind} ${JSON.stringify(wrong)} for ${(forMs / 1000).toFixed(1)} s`
}

async function jump({ clock }: World, { kind, forMs }: Fault): Promise<string> {
  const by = (kind as ClockFault) === 'clock-forward' ? hourMs : -hourMs
  await clock.skew(by)
  await pause(forMs)
  await clock.skew(0)
  return `the house's clock an hour ${by > 0 ? 'ahead' : 'behind'} for ${(forMs / 1000).toFixed(1)} s`
}
