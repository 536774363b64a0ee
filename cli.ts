#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { isMashangError, MashangError, systemClock } from '#base'
import { registerBinding } from './cli/binding.ts'
import { movableClock } from './cli/clock.ts'
import { findSimulator } from './cli/demo-account.ts'
import { registerDeliveries } from './cli/deliveries.ts'
import { openLedger } from './cli/ledger.ts'
import type { Ledger } from './cli/ledger.ts'
import { registerAccount } from './cli/account.ts'
import { registerMedia } from './cli/media.ts'
import { registerUnderstanding } from './cli/understanding.ts'
import { people, peopleTable, verify } from './cli/lists.ts'
import { faultOf, home, readEverything } from './cli/preflight.ts'
import type { Preflight } from './cli/preflight.ts'
import { registerTriage } from './cli/triage.ts'
import { registerTwins } from './cli/twins.ts'
import { commandWechaty } from './cli/wechaty.ts'

// What only some commands need, and takes long to load (the house, the platforms, the conveyor), is loaded when it is
// asked for: a command is there in half the time.

const env = process.env
const clock = movableClock(systemClock, env['MASHANG_CLOCK_FILE'])
if (existsSync(join(home, '.env'))) process.loadEnvFile(join(home, '.env'))

/** Opens the ledger for one command, beside a running start or alone, and closes it again. */
async function withLedger<T>(work: (ledger: Ledger, preflight: Preflight) => Promise<T>): Promise<T> {
  const preflight = readEverything(env)
  const ledger = await openLedger(preflight.settings, preflight.city)
  try {
    return await work(ledger, preflight)
  } finally {
    await ledger.close()
  }
}

/** A running start's simulator, or a house of our own for as long as the command lasts. */
async function withSimulator<T>(work: (url: string, ledger: Ledger, preflight: Preflight) => Promise<T>): Promise<T> {
  const preflight = readEverything(env)
  const url = await findSimulator(preflight.settings.dataDir)
  if (url !== null) return withLedger((ledger) => work(url, ledger, preflight))
  const { createLog, startHouse } = await import('./cli/house.ts')
  const settings = { ...preflight.settings, officialAccount: null, logLevel: 'warn' as const }
  const house = await startHouse(settings, preflight.city, { bot: true, workers: true }, clock, createLog(settings), 0)
  try {
    return await work(house.demo!.simulator.url, house.ledger, preflight)
  } finally {
    await house.stop()
  }
}

function untilSignal(): AbortSignal {
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort())
  return stopped.signal
}

const program = new Command('mashang').description('码上：群众找代表，件件有回音').showHelpAfterError()

program
  .command('start')
  .description('start everything, or one part of it')
  .option('--only <part>', 'bot, workers or wechaty')
  .action(async (options: { only?: string }) => {
    const { start } = await import('./cli/start.ts')
    await start(options, env, clock)
  })

program
  .command('chat')
  .description('talk as a resident and as deputies, beside a running start or alone')
  .action(async () => {
    const { chat } = await import('./cli/chat.ts')
    await withSimulator((url, { pool }, { city }) => chat({ url, city, pool, clock, stopped: untilSignal() }))
  })

program
  .command('replay <file>')
  .description('push a JSONL file of messages through the simulated platform; Ctrl-C stops, the next run goes on')
  .option('--json', 'one line of JSON, the last on standard output')
  .option('--concurrency <n>', 'senders at a time', (text) => Math.max(1, Number.parseInt(text, 10) || 32), 32)
  .action(async (file: string, { json, concurrency }: { json?: boolean; concurrency: number }) => {
    const { replay } = await import('./cli/replay.ts')
    const report = await withSimulator((url, ledger, { city, settings }) =>
      replay({
        file: resolve(file),
        url,
        city,
        pool: ledger.pool,
        dataDir: settings.dataDir,
        concurrency,
        stopped: untilSignal(),
        quiet: json === true,
      }),
    )
    if (json) return console.log(JSON.stringify(report))
    console.log(
      [
        report.complete ? '' : '已停下；再运行一次同样的命令会接着发。',
        `发出 ${report.sent}  存下 ${report.stored}  立件 ${report.cases}  并入 ${report.joined}`,
        `已到代表 ${report.routed}  待分派 ${report.triage}  有回执 ${report.receipts}  未应答 ${report.unanswered}`,
        `应答 p50 ${report.ack_ms_p50} 毫秒  p99 ${report.ack_ms_p99} 毫秒  每秒 ${report.per_second} 条`,
        '最常用的分派理由：',
        ...report.reasons.map(({ reason, count }) => `  ${String(count).padStart(6)}  ${reason}`),
      ]
        .filter(Boolean)
        .join('\n'),
    )
  })

program
  .command('people')
  .description('the rolls')
  .option('--role <role>', 'deputy, staff, handler or grid_worker')
  .option('--json', 'one line of JSON, the last on standard output')
  .action(({ role, json }: { role?: string; json?: boolean }) =>
    withLedger(async ({ pool }, { city }) => {
      const listed = await people(pool, role)
      if (!json) return console.log(peopleTable(listed, city))
      const shown = listed.map(({ id, role: held, name, region, station, topics, bound }) => {
        return { id, role: held, name, region, station, topics, bound }
      })
      console.log(JSON.stringify(shown))
    }),
  )

registerBinding(program, withLedger, clock)

registerTriage(program, withLedger, clock)
registerDeliveries(program, withLedger, clock)

program
  .command('verify')
  .description('check every chain, case and commitment of the ledger')
  .option('--json', 'one line of JSON, the last on standard output')
  .action(({ json }: { json?: boolean }) =>
    withLedger(async ({ pool }, { settings }) => {
      const report = await verify(pool, settings.dataDir, (cases) => {
        if (!json && process.stderr.isTTY) process.stderr.write(`\r${cases}`)
      })
      if (!json && process.stderr.isTTY) process.stderr.write('\r\u001b[K')
      if (json) console.log(JSON.stringify(report))
      else {
        for (const fault of report.faults) console.log(fault)
        console.log(
          `${report.faults.length === 0 ? '完好' : `发现 ${report.faults.length} 处问题`}：${report.cases} 件，${report.events} 个事件，${report.messages} 条原话，${report.roots} 个日根`,
        )
      }
      if (report.faults.length > 0) process.exitCode = 1
    }),
  )

program
  .command('bench')
  .description('measure webhook and loop beside their peers; figures as one line of JSON, the last on standard output')
  .option('--against <commit>', 'measure another commit of this repository too')
  .option('--rounds <n>', 'the median counts', (text) => Math.max(1, Number.parseInt(text, 10) || 3), 3)
  .option('--messages <n>', 'in a round', (text) => Math.max(400, Number.parseInt(text, 10) || 12_000), 12_000)
  .action(async (options: { against?: string; rounds: number; messages: number }) => {
    // Its peers are development packages: loaded only where it is asked for.
    const { runBench } = await import('./cli/bench.ts')
    await runBench(options)
  })

program
  .command('wechaty <action>')
  .description('the group-chat account: stop (at once), start, status')
  .action((action: string) => {
    if (action !== 'stop' && action !== 'start' && action !== 'status') {
      throw new MashangError(`wechaty ${action}: there is no such action`, {
        code: 'WECHATY_ACTION',
        fix: 'Choose stop, start or status',
      })
    }
    console.log(commandWechaty(action, readEverything(env).settings.dataDir, clock))
  })

registerUnderstanding(program, () => readEverything(env), withLedger)
registerAccount(program, { withLedger, clock })
registerMedia(program, withLedger)
registerTwins(program, withLedger, clock)

try {
  await program.parseAsync()
  // Keep-alive sockets of the simulated platform must not hold the process.
  process.exit(process.exitCode ?? 0)
} catch (error) {
  if (isMashangError(error)) for (const line of faultOf(error).split('\n')) console.error(`mashang: ${line}`)
  else console.error(error)
  process.exit(1)
}
