/**
 * `npm run faults -- --runs N --seed S [--backend postgres|redis] [--messages 200] [--bug NAME]`: runs a house of real
 * processes, lets everything fail that can, and holds the ledger against what was said and what arrived (docs/drills.md).
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { bugs } from './bugs/bugs.ts'
import type { Audit } from './faults/audit.ts'
import type { Finding } from './faults/finding.ts'
import { faultKinds, planRun } from './faults/plan.ts'
import type { Backend, FaultKind } from './faults/plan.ts'
import { runDrill } from './faults/run.ts'
import { loadCity } from '#config'

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1')
  return value
}

const options = new Command('faults')
  .option('--runs <n>', 'how many', whole, 1)
  .option('--seed <text>', 'what is to happen follows from it', 'mashang')
  .addOption(new Option('--backend <name>', 'the queue; in turn unless given').choices(['postgres', 'redis']))
  .option('--messages <n>', 'of residents and deputies, per run', whole, 200)
  .option('--talk <seconds>', 'how long people talk, and things go wrong', whole, 90)
  .option('--outage <seconds>', 'how long a server stays away', whole, 20)
  .option('--push-timeout <ms>', 'how long the platform waits for an answer', whole, 5_000)
  .option('--patience <seconds>', 'how long all may take to calm down', whole, 120)
  .addOption(new Option('--only <fault...>', 'only these, each once').choices(faultKinds()))
  .option('--logs <folder>', 'where the house writes what it logs')
  .addOption(new Option('--bug <name>', 'put a known bug into the house').choices(bugs.map(({ name }) => name)))
  .parse()
  .opts<{
    runs: number
    seed: string
    backend?: Backend
    messages: number
    talk: number
    outage: number
    pushTimeout: number
    patience: number
    only?: FaultKind[]
    logs?: string
    bug?: string
  }>()

const scenes = loadCity('baiyin-demo').stations.map(({ scene }) => scene)
const counts: Record<Finding['sort'], number> = { lost: 0, doubled: 0, misordered: 0, broken: 0 }
const say = (line: string): void => console.log(line)

for (let run = 1; run <= options.runs; run++) {
  const seed = options.runs === 1 ? options.seed : `${options.seed}-${run}`
  const backend = options.backend ?? (run % 2 === 1 ? 'postgres' : 'redis')
  const plan = planRun({
    seed,
    backend,
    messages: options.messages,
    talkMs: options.talk * 1000,
    outageMs: options.outage * 1000,
    scenes,
    ...(Math.ceil(run / 2) % 2 === 1 ? { bots: 1, workers: 1 } : { bots: 2, workers: 2 }),
    ...(options.only ? { kinds: options.only } : {}),
  })
  const began = performance.now()
  say(
    `run ${run}/${options.runs}  seed ${seed}, queue on ${backend}, ${plan.mode} mode, bots ${plan.bots}, workers ${plan.workers}, ${plan.faults.length} faults`,
  )
  try {
    const found = await runDrill({
      plan,
      bug: options.bug ?? null,
      logs: options.logs ?? null,
      pushTimeoutMs: options.pushTimeout,
      patienceMs: options.patience * 1000,
      told: say,
    })
    report(found, (performance.now() - began) / 1000)
  } catch (error) {
    counts.broken += 1
    say(`  broken: the run itself failed: ${error instanceof Error ? error.stack : String(error)}`)
  }
}

function report({ findings, figures }: Audit, seconds: number): void {
  const { acknowledged, stored, cases, sent, refused, unknown } = figures
  say(
    `  acknowledged ${acknowledged}, stored ${stored}, cases ${cases}; sent ${sent}, refused ${refused}, unknown ${unknown.length}; ${seconds.toFixed(0)} s`,
  )
  for (const each of unknown) say(`  unknown: ${each}`)
  for (const { sort, what } of findings) {
    counts[sort] += 1
    say(`  ${sort}: ${what}`)
  }
}

const { lost, doubled, misordered, broken } = counts
say(`lost ${lost}, doubled ${doubled}, misordered ${misordered}${broken > 0 ? `, broken ${broken}` : ''}`)
process.exit(lost + doubled + misordered + broken === 0 ? 0 : 1)
