import type { Audit } from '../../drills/faults/audit.ts'
import type { Backend, Fault } from '../../drills/faults/fault.ts'
import { planRun } from '../../drills/faults/plan.ts'
import type { Plan } from '../../drills/faults/plan.ts'
import { runDrill } from '../../drills/faults/run.ts'
import { testCity } from '../support/house.ts'

export interface ShortOptions {
  backend: Backend
  /** What is to go wrong, and when: nothing here is left to the seed. */
  faults: Fault[]
  bots?: number
  messages?: number
  talkMs?: number
  /** Nobody speaks before, but for those who come with a fault. */
  quietMs?: number
  patienceMs?: number
  bug?: string
}

/** A run short enough for the suite: few people, brief outages, an impatient platform. */
export async function shortRun(options: ShortOptions): Promise<Audit> {
  const { patienceMs = 90_000, bug = null } = options
  return inTurn(() =>
    runDrill({ plan: shortPlan(options), bug, logs: null, pushTimeoutMs: 1_500, patienceMs, told: () => {} }),
  )
}

function shortPlan({ backend, faults, bots = 1, messages = 40, talkMs = 6_000, quietMs = 0 }: ShortOptions): Plan {
  const scenes = testCity().stations.map(({ scene }) => scene)
  const plan = planRun({ seed: 'suite', backend, messages, talkMs, outageMs: 1_500, scenes, bots, workers: 1 })
  const residents = plan.residents.map(({ scene, says }) => ({
    scene,
    says: says.map((utterance) => ({ ...utterance, at: utterance.at + quietMs })),
  }))
  const looksIn = plan.looksIn.map(({ at, deputy }) => ({ at: at + quietMs, deputy }))
  return { ...plan, residents, looksIn, faults }
}

const mostAtOnce = 3
let underWay = 0
const waiting: (() => void)[] = []

/** At most three runs at once: mostly they wait, for leases to end and deadlines to come. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (underWay >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  else underWay += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else underWay -= 1
  }
}
