import type { Command } from 'commander'
import type pg from 'pg'
import { MashangError } from '#base'
import type { Clock } from '#base'
import { countMayHaveArrived, listDeliveries, resend } from '#store'
import type { Meant, Resent } from '#store'
import { channelLabels } from '#templates'
import type { WithLedger } from './ledger.ts'

const states = ['refused', 'unknown', 'ready', 'sending', 'sent', 'resolved', 'resent'] as const
const most = 200
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** `mashang deliveries` and what hangs on it. */
export function registerDeliveries(program: Command, withLedger: WithLedger, clock: Clock): void {
  // Or the outer commands would take for themselves what stands behind `resend`.
  const deliveries = program
    .enablePositionalOptions()
    .command('deliveries')
    .description('messages that did not go out, or of which nobody knows')
    .option('--state <state>', states.join(', '))
    .option('--json', 'one line of JSON, the last on standard output')
    .enablePositionalOptions()
    .action(({ state, json }: { state?: string; json?: boolean }) =>
      withLedger(async ({ pool }) => {
        const listed = await listDeliveries(pool, stateOf(state, states), most)
        console.log(json ? JSON.stringify(listed) : tableOf(listed))
      }),
    )
  deliveries
    .command('resend [ids...]')
    .description('send again what was refused, or of which nobody knows; a new delivery that names the old one')
    .option('--state <state>', 'all of them: unknown or refused')
    .option('--since <time>', 'of those, the ones written since: 30m, 2h, 3d or 2026-11-23T09:00+08:00')
    .option('--yes', 'also those that may have arrived already')
    .option('--json', 'one line of JSON, the last on standard output')
    .action((ids: string[], options: ResendOptions) =>
      withLedger(async ({ pool }) => {
        const resent = await resendMeant(pool, meantOf(ids, options, clock()), options.yes === true, clock())
        console.log(options.json ? JSON.stringify(resent) : reportOf(resent))
        if (resent.some(({ by }) => by === null)) process.exitCode = 1
      }),
    )
}

interface ResendOptions {
  state?: string
  since?: string
  yes?: boolean
  json?: boolean
}

/** Which deliveries the words on the command line mean. Throws DELIVERIES_WHICH. */
export function meantOf(ids: readonly string[], { state, since }: ResendOptions, now: Date): Meant {
  const which = (message: string) =>
    new MashangError(message, {
      code: 'DELIVERIES_WHICH',
      fix: 'Name ids (`mashang deliveries --state unknown` lists them), or --state unknown --since 2h',
    })
  if (ids.length > 0) {
    if (state !== undefined || since !== undefined) throw which('either ids, or --state with --since')
    const wrong = ids.find((id) => !uuid.test(id))
    if (wrong !== undefined) throw which(`${wrong} is not the id of a delivery`)
    return { ids: [...new Set(ids.map((id) => id.toLowerCase()))] }
  }
  if (state === undefined || since === undefined) throw which('nothing is named')
  return { status: stateOf(state, ['unknown', 'refused'] as const), since: sinceOf(since, now) }
}

const units = { m: 60_000, h: 3_600_000, d: 24 * 3_600_000 } as const

function sinceOf(text: string, now: Date): Date {
  const ago = /^(\d{1,4})([mhd])$/.exec(text)
  const at = ago ? now.getTime() - Number(ago[1]) * units[ago[2] as keyof typeof units] : Date.parse(text)
  // A date without a zone would be read by the machine's, which is seldom the reader's.
  if (ago || (/^\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$/.test(text) && !Number.isNaN(at))) return new Date(at)
  throw new MashangError(`--since: ${text} is no time`, {
    code: 'DELIVERIES_SINCE',
    fix: 'Write 30m, 2h, 3d, or a time with its zone such as 2026-11-23T09:00+08:00',
  })
}

function stateOf<State extends string>(state: string | undefined, known: readonly State[]): State {
  const found = known.find((each) => each === state)
  if (found !== undefined) return found
  throw new MashangError(state === undefined ? '--state is missing' : `--state: ${state} is none`, {
    code: 'DELIVERIES_STATE',
    fix: `Choose one of ${known.join(', ')}`,
  })
}

/** Sends them again; asks for a yes first where one may have arrived. Throws DELIVERIES_UNKNOWN. */
async function resendMeant(pool: pg.Pool, meant: Meant, yes: boolean, now: Date): Promise<Resent[]> {
  const arrived = yes ? 0 : await countMayHaveArrived(pool, meant)
  if (arrived > 0) {
    throw new MashangError(`${arrived} of these may have arrived already: sent again, they would arrive twice`, {
      code: 'DELIVERIES_UNKNOWN',
      fix: 'Ask the people, or say --yes',
    })
  }
  return resend(pool, meant, yes, now)
}

function tableOf(listed: Awaited<ReturnType<typeof listDeliveries>>): string {
  if (listed.length === 0) return '没有。'
  return listed
    .map(({ id, to, number, template, channel, code, reason, createdAt }) =>
      [
        id,
        createdAt.toISOString(),
        to,
        number === null ? '-' : `编号 ${number}`,
        template,
        channel === null ? '-' : (channelLabels[channel] ?? channel),
        code ?? '',
        reason ?? '',
      ].join('  '),
    )
    .join('\n')
}

const whys: Record<NonNullable<Resent['why']>, string> = {
  'not-found': '没有这条',
  status: '不是未送达或不明',
  unknown: '可能已经送到，加 --yes 才重发',
  erased: '内容已按规定删除',
}

function reportOf(resent: Resent[]): string {
  if (resent.length === 0) return '没有要重发的。'
  return resent
    .map(({ id, by, why, status }) =>
      by === null ? `${id}  未重发：${whys[why!]}${status === null ? '' : `（${status}）`}` : `${id}  已重发为 ${by}`,
    )
    .join('\n')
}
