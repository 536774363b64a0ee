import type { Command } from 'commander'
import { MashangError } from '#base'
import type { Clock } from '#base'
import { parseCaseNumber } from '#cases'
import { calendarOf, createDirectory, termsOf } from '#config'
import type { City, Directory } from '#config'
import { countLoads, listPeople } from '#store'
import { kindLabels, loadTemplates, topicLabel } from '#templates'
import { assign } from '../workers/assign.ts'
import { correct } from '../workers/correct.ts'
import type { Corrected } from '../workers/correct.ts'
import { suggestions, triage, triageTable } from './lists.ts'
import type { Ledger, WithLedger } from './ledger.ts'

/** `mashang triage`: what staff see, hand on and set right from a terminal. */
export function registerTriage(program: Command, withLedger: WithLedger, clock: Clock): void {
  const command = program.command('triage').description('cases for which staff must find a deputy')

  command
    .command('list')
    .description('what waits for staff, oldest first')
    .option('--json', 'one line of JSON, the last on standard output')
    .action(({ json }: { json?: boolean }) =>
      withLedger(async ({ pool }, { city }) => {
        const entries = await triage(pool, city, clock(), 500)
        console.log(json ? JSON.stringify(entries) : triageTable(entries))
      }),
    )

  command
    .command('suggestions')
    .description(
      'open cases that a language model takes for something else, newest first; `triage correct` settles them',
    )
    .option('--json', 'one line of JSON, the last on standard output')
    .action(({ json }: { json?: boolean }) =>
      withLedger(async ({ pool }, { city }) => {
        const entries = await suggestions(pool, city, clock(), 200)
        console.log(json ? JSON.stringify(entries) : triageTable(entries, '没有与模型意见不同的诉求。'))
      }),
    )

  command
    .command('assign <case> <deputy>')
    .description('by case number and the deputy’s id or name')
    .option('--staff <id>', 'who decides', 'cli')
    .option('--json', 'one line of JSON, the last on standard output')
    .action((typed: string, wanted: string, { staff, json }: { staff: string; json?: boolean }) =>
      withLedger(async (ledger, { city }) => {
        const number = caseNumber(typed)
        const { tools, directory } = await toolsFor(ledger, city, clock)
        const deputy = deputyNamed(wanted, directory)
        const applied = await assign(tools, number, deputy, staff)
        if (!applied.ok) throw refused(number, applied.refusal)
        if (json) console.log(JSON.stringify({ number, deputy, status: applied.state.status }))
        else console.log(`编号 ${number} 已交给${directory.person(deputy)}代表。`)
      }),
    )

  command
    .command('correct <case>')
    .description('set right what was understood of a case; `mashang train --from-ledger` learns from it')
    .option('--topic <path>', '一级, 一级/二级 or 一级/二级/三级 of the city’s topics.csv')
    .option('--kind <kind>', Object.keys(kindLabels).join(', '))
    .option('--place <code>', 'of regions.csv or places.csv')
    .option('--staff <id>', 'who decides', 'cli')
    .option('--json', 'one line of JSON, the last on standard output')
    .action((typed: string, { staff, json, ...right }: Corrected & { staff: string; json?: boolean }) =>
      withLedger(async (ledger, { city }) => {
        const number = caseNumber(typed)
        check(right, city)
        const { tools, directory } = await toolsFor(ledger, city, clock)
        const applied = await correct(tools, number, right, staff)
        if (!applied.ok) throw refused(number, applied.refusal)
        const { kind, topic, place, region, deputy, status } = applied.state
        if (json) return console.log(JSON.stringify({ number, kind, topic, place, deputy, status }))
        const known = [kindLabels[kind] ?? kind, topicLabel(topic) ?? '未分类']
        const area = place ?? region
        const where = area === null ? '地点不明' : (directory.place(area) ?? area)
        const who = deputy === null ? '待分派' : `由${directory.person(deputy)}代表办理`
        console.log(`编号 ${number} 已更正：${known.join('·')}，${where}，${who}。`)
      }),
    )
}

function caseNumber(typed: string): string {
  const number = parseCaseNumber(typed)
  if (number !== null) return number
  throw new MashangError(`${typed} is not a case number`, {
    code: 'TRIAGE_NUMBER',
    fix: 'Its last digit checks the others: compare them',
  })
}

function deputyNamed(wanted: string, directory: Directory): string {
  const found = [...new Set([wanted, ...directory.named(wanted)])].filter((id) => directory.roleOf(id) === 'deputy')
  if (found.length === 1) return found[0]!
  throw new MashangError(
    found.length === 0 ? `no deputy is ${wanted}` : `${wanted} is the name of ${found.join(' and ')}`,
    { code: 'TRIAGE_DEPUTY', fix: 'Name the deputy by id; `mashang people --role deputy` lists them' },
  )
}

function check({ topic, kind, place }: Corrected, { topics, regions }: City): void {
  const faults = [
    ...(topic === undefined || topics.includes(topic) ? [] : [`--topic ${topic} is not in the city's topics.csv`]),
    ...(kind === undefined || kind in kindLabels
      ? []
      : [`--kind ${kind} is none of ${Object.keys(kindLabels).join(', ')}`]),
    ...(place === undefined || regions.some(({ code }) => code === place)
      ? []
      : [`--place ${place} is not in regions.csv or places.csv`]),
    ...([topic, kind, place].some((each) => each !== undefined) ? [] : ['nothing to set right is named']),
  ]
  if (faults.length === 0) return
  throw new MashangError(faults.join('; '), {
    code: 'TRIAGE_CORRECTION',
    fix: 'Give --topic, --kind or --place as the city’s files have them',
  })
}

const refused = (number: string, refusal: string): MashangError =>
  new MashangError(`${number}: ${refusal}`, { code: 'TRIAGE_REFUSED' })

async function toolsFor({ pool }: Ledger, city: City, clock: Clock) {
  const loads = new Map<string, number>()
  await countLoads(pool, loads)
  const directory = createDirectory(city, await listPeople(pool), clock(), loads)
  const rules = { terms: termsOf(city), calendar: calendarOf(city) }
  return { directory, tools: { pool, directory: () => directory, rules, say: loadTemplates(), clock } }
}
