/**
 * `npm run faults -- --runs N --seed S [--parallel 2] [--backend postgres|redis] [--bug NAME]`: runs a house of real
 * processes, lets everything fail that can, and holds the ledger against what was said and what arrived (docs/drills.md).
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { bugs } from './bugs/bugs.ts'
import type { Audit } from './faults/audit.ts'
import { faultKinds } from './faults/fault.ts'
import type { Backend, FaultKind } from './faults/fault.ts'
import type { Finding } from './faults/finding.ts'
import { planRun } from './faults/plan.ts'
import { runDrill } from './faults/run.ts'
import { messageOf } from '#base'
import { loadCity } from '#config'

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1')
  return value
}

const folder = (path: string): string => {
  try {
    mkdirSync(path, { recursive: true })
    return path
  } catch (error) {
    throw new InvalidArgumentError(`a folder that can be made: ${messageOf(error)}`)
  }
}

const options = new Command('faults')
  .option('--runs <n>', 'how many', whole, 1)
  .option('--seed <text>', 'what is to happen follows from it', 'mashang')
  .option('--parallel <n>', 'how many at once, each with servers of its own', whole, 1)
  .addOption(new Option('--backend <name>', 'the queue; in turn unless given').choices(['postgres', 'redis']))
  .option('--messages <n>', 'of residents and deputies, per run', whole, 320)
  .option('--talk <seconds>', 'how long people talk, and things go wrong', whole, 45)
  .option('--outage <seconds>', 'the longest that a server stays away', whole, 20)
  .option('--push-timeout <ms>', 'how long the platform waits for an answer', whole, 5_000)
  .option('--patience <seconds>', 'how long all may take to calm down', whole, 120)
  .addOption(new Option('--only <fault...>', 'only these, each once').choices(faultKinds()))
  .option('--logs <folder>', 'for what the house logs in runs that do not pass, one in it for each', folder)
  .addOption(new Option('--bug <name>', 'put a known bug into the house').choices(bugs.map(({ name }) => name)))
  .parse()
  .opts<{
    runs: number
    seed: string
    parallel: number
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

// Servers and processes of ours end when we do, and only a proper exit tells them.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(130))

const scenes = loadCity('baiyin-demo').stations.map(({ scene }) => scene)
const counts: Record<Finding['sort'], number> = { lost: 0, doubled: 0, misordered: 0, broken: 0 }

let started = 0
let passed = 0
const inTurn = async (): Promise<void> => {
  while (started < options.runs) {
    started += 1
    await runOne(started)
  }
}
const began = performance.now()
await Promise.all(Array.from({ length: Math.min(options.parallel, options.runs) }, inTurn))

if (options.runs > 1) {
  console.log(
    `${passed} of ${options.runs} runs passed in ${((performance.now() - began) / 60_000).toFixed(1)} minutes`,
  )
}
const { lost, doubled, misordered, broken } = counts
console.log(`lost ${lost}, doubled ${doubled}, misordered ${misordered}${broken > 0 ? `, broken ${broken}` : ''}`)
process.exit(lost + doubled + misordered + broken === 0 ? 0 : 1)

async function runOne(run: number): Promise<void> {
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
  const mark = options.parallel > 1 ? `#${run} ` : ''
  const say = (line: string): void => console.log(`${mark}${line}`)
  const start = performance.now()
  const logs = options.logs === undefined ? null : join(options.logs, encodeURIComponent(seed))
  if (logs !== null) mkdirSync(logs, { recursive: true })
  say(
    `run ${run}/${options.runs}  seed ${seed}, queue on ${backend}, ${plan.mode} mode, bots ${plan.bots}, workers ${plan.workers}, ${plan.faults.length} faults`,
  )
  try {
    const found = await runDrill({
      plan,
      bug: options.bug ?? null,
      logs,
      pushTimeoutMs: options.pushTimeout,
      patienceMs: options.patience * 1000,
      told: say,
    })
    report(found, (performance.now() - start) / 1000, say)
    if (logs !== null && found.findings.length === 0) rmSync(logs, { recursive: true })
  } catch (error) {
    counts.broken += 1
    say(`  broken: the run itself failed: ${error instanceof Error ? error.stack : String(error)}`)
  }
}

function report({ findings, figures }: Audit, seconds: number, say: (line: string) => void): void {
  const { acknowledged, stored, cases, sent, refused, unknown } = figures
  say(
    `  acknowledged ${acknowledged}, stored ${stored}, cases ${cases}; sent ${sent}, refused ${refused}, unknown ${unknown.length}; ${seconds.toFixed(0)} s`,
  )
  for (const each of unknown) say(`  unknown: ${each}`)
  if (findings.length === 0) passed += 1
  for (const { sort, what } of findings) {
    counts[sort] += 1
    say(`  ${sort}: ${what}`)
  }
}
