import { audit } from './audit.ts'
import type { Audit } from './audit.ts'
import type { Finding } from './finding.ts'
import { inflict, sendLoiterersAway } from './inflict.ts'
import type { Plan } from './plan.ts'
import { letTimePass, settle } from './settle.ts'
import { startTalk } from './talk.ts'
import { within } from '../wait.ts'
import { openWorld } from './world.ts'
import type { World } from './world.ts'

export interface RunOptions {
  plan: Plan
  bug: string | null
  logs: string | null
  pushTimeoutMs: number
  /** How long everybody may take to be heard, and the house to have nothing left to do. */
  patienceMs: number
  told: (line: string) => void
}

/** What comes after the faults; at each, the house has to come to rest. */
const stages: { what: string; before: (world: World) => Promise<unknown> }[] = [
  { what: 'peace', before: async () => {} },
  // With nothing under way, all that it knew was what is to be done later.
  { what: 'the queue wiped while everything rests', before: wipeQueue },
  { what: 'time passes, deputies are reminded', before: (world) => letTimePass(world, 'half') },
  { what: 'time passes, silent deputies lose their cases', before: (world) => letTimePass(world, 'all') },
  { what: 'deputies look in, what was held back goes out', before: lookIn },
]

/** One run: a house, people who talk, all that goes wrong; then peace, time that passes, and the reckoning. */
export async function runDrill({ plan, bug, logs, pushTimeoutMs, patienceMs, told }: RunOptions): Promise<Audit> {
  const world = await openWorld({ plan, bug, logs, pushTimeoutMs })
  const began = performance.now()
  const since = () => `${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s`
  try {
    const findings: Finding[] = []
    const talk = startTalk(world, plan)
    await inflict(world, talk, plan.faults, told)
    await makePeace(world)
    const heard = talk.heard()
    const wasHeard = await within(patienceMs, () =>
      Promise.race([heard.then(() => true), new Promise<false>((no) => setTimeout(no, 200, false))]),
    )
    if (!wasHeard)
      findings.push({ sort: 'lost', what: `somebody was not heard within ${patienceMs / 1000} s of peace` })
    talk.fallSilent()
    told(`${since()}  everybody was heard; ${talk.again} times something had to be said again`)

    // What is not settled at one stage would not be at the next.
    for (const { what, before } of stages) {
      await before(world)
      const left = await settle(world, patienceMs)
      told(`${since()}  ${what}${left ? ': not settled' : ''}`)
      if (!left) continue
      findings.push({
        sort: 'lost',
        what: `${what}: still to be done after ${patienceMs / 1000} s: ${JSON.stringify(left)}`,
      })
      break
    }
    findings.push(...(await stopAll(world)))
    const found = await audit(world, talk)
    return { ...found, findings: [...findings, ...found.findings] }
  } finally {
    sendLoiterersAway()
    await world.close()
  }
}

/** Everything behaves again. Connections that hang, and clients that dawdle, stay as they are. */
async function makePeace({ platform, clock, bots, workers, postgres, redis }: World): Promise<void> {
  platform.behave()
  await clock.skew(0)
  postgres.thaw()
  redis?.thaw()
  for (const child of [...bots, ...workers]) {
    child.thaw()
    if (!(await child.up(60_000))) throw new Error(`${child.name} does not come up again`)
  }
}

export async function wipeQueue({ redis, postgres }: World): Promise<void> {
  await (redis ? redis.wipe() : postgres.wipeQueue())
}

async function lookIn({ deputies }: World): Promise<void> {
  await Promise.all([...deputies.values()].map((person) => person.say('在手')))
}

/** Each process drains and ends by itself, half-open connections or not. */
async function stopAll({ bots, workers }: World): Promise<Finding[]> {
  const ended = await Promise.all(
    [...bots, ...workers].map(async (child) => ({ name: child.name, code: await child.stop(15_000) })),
  )
  return ended
    .filter(({ code }) => code !== 0)
    .map(({ name, code }) => ({
      sort: 'broken',
      what: `${name} ${code === null ? 'did not stop within 15 s of SIGTERM' : `stopped with ${code}`}`,
    }))
}
