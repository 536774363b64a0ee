import { planRun } from '../../drills/faults/plan.ts'
import type { Backend, FaultKind } from '../../drills/faults/plan.ts'
import { runDrill } from '../../drills/faults/run.ts'
import type { Audit } from '../../drills/faults/audit.ts'
import { testCity } from '../support/house.ts'

export interface ShortOptions {
  backend: Backend
  kinds: FaultKind[]
  bots?: number
  messages?: number
  talkMs?: number
  patienceMs?: number
  bug?: string
}

/** A run short enough for the suite: few people, brief outages, an impatient platform. */
export function shortRun(options: ShortOptions): Promise<Audit> {
  const { backend, kinds, bots = 1, messages = 40, talkMs = 6_000, patienceMs = 45_000, bug = null } = options
  const scenes = testCity().stations.map(({ scene }) => scene)
  const plan = planRun({ seed: 'suite', backend, messages, talkMs, outageMs: 1_500, scenes, bots, workers: 1, kinds })
  return runDrill({ plan, bug, logs: null, pushTimeoutMs: 1_500, patienceMs, told: () => {} })
}

/** How many of each sort. */
export function sorts({ findings }: Audit): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { sort } of findings) counts[sort] = (counts[sort] ?? 0) + 1
  return counts
}
