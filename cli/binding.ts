import type { Command } from 'commander'
import { MashangError } from '#base'
import type { Clock } from '#base'
import { accountsOf, createBindingCode, listPeople, unbind } from '#store'
import type { Account, PersonListed } from '#store'
import { channelLabels, loadTemplates, spokenTime } from '#templates'
import type { WithLedger } from './ledger.ts'

const codeLastsHours = 24

/** Options that name one person on the rolls, by role. */
interface Who {
  deputy?: string
  staff?: string
  handler?: string
  gridWorker?: string
}

/** `mashang code` and `mashang unbind`. */
export function registerBinding(program: Command, withLedger: WithLedger, clock: Clock): void {
  naming(
    program
      .command('code')
      .description('a one-time code with which a person binds an account; they send 绑定 CODE to the bot'),
  )
    .option('--replace', 'their other accounts are unbound when it is used: the phone is lost')
    .option('--json', 'one line of JSON, the last on standard output')
    .action((options: Who & { replace?: boolean; json?: boolean }) =>
      withLedger(async ({ pool }) => {
        const person = personNamed(await listPeople(pool), options)
        const expiresAt = new Date(clock().getTime() + codeLastsHours * 3_600_000)
        const code = await createBindingCode(pool, person.id, expiresAt, { replaces: options.replace === true })
        if (options.json)
          return console.log(JSON.stringify({ id: person.id, code, expires_at: expiresAt.toISOString() }))
        const after = options.replace ? '\n绑定后，原来的账号全部解绑。' : ''
        console.log(`${person.name}：请在 ${codeLastsHours} 小时内向公众号发送\n绑定 ${code}${after}`)
      }),
    )

  naming(
    program
      .command('unbind')
      .description('a person’s account is theirs no more, at once, as for a lost phone; their unused codes are void'),
  )
    .option('--account <id>', 'the one of several accounts; without it they are listed')
    .option('--all-accounts', 'all of them')
    .option('--json', 'one line of JSON, the last on standard output')
    .action((options: Who & { account?: string; allAccounts?: boolean; json?: boolean }) =>
      withLedger(async ({ pool }) => {
        const person = personNamed(await listPeople(pool), options)
        const now = clock()
        const chosen = chooseAccounts(await accountsOf(pool, person.id), options, now)
        const say = loadTemplates()
        const channels =
          chosen === null ? [] : [...new Set(chosen.map(({ channel }) => channelLabels[channel] ?? channel))]
        const gone = await unbind(pool, person.id, chosen && chosen.map(({ id }) => id), now, {
          unbound: say('unbound-here', {}),
          remaining: say('unbound-elsewhere', { channel: channels.join('、') }),
        })
        const left = (await accountsOf(pool, person.id)).length
        if (options.json) {
          const unbound = gone.map(({ id, channel }) => ({ account: id, channel }))
          return console.log(JSON.stringify({ id: person.id, unbound, left }))
        }
        console.log(`${person.name}：解绑 ${gone.length} 个账号，还有 ${left} 个；没用过的绑定码已作废。`)
      }),
    )
}

function naming(command: Command): Command {
  return command
    .option('--deputy <id>', 'a deputy')
    .option('--staff <id>', 'a member of staff')
    .option('--handler <id>', 'a handler')
    .option('--grid-worker <id>', 'a grid worker')
}

/** Throws CODE_WHO unless exactly one person of that role is named. */
function personNamed(people: readonly PersonListed[], who: Who): PersonListed {
  const wanted = (
    [
      ['deputy', who.deputy],
      ['staff', who.staff],
      ['handler', who.handler],
      ['grid_worker', who.gridWorker],
    ] as const
  ).filter(([, id]) => id !== undefined)
  if (wanted.length !== 1) {
    throw new MashangError('name one person', {
      code: 'CODE_WHO',
      fix: 'Use --deputy ID, --staff ID, --handler ID or --grid-worker ID; `mashang people` lists the ids',
    })
  }
  const [role, id] = wanted[0]!
  const person = people.find((each) => each.id === id && each.role === role)
  if (person) return person
  throw new MashangError(`no ${role} has the id ${id}`, {
    code: 'CODE_WHO',
    fix: `\`mashang people --role ${role}\` lists the ids`,
  })
}

/** The accounts that are meant; null: all. Throws UNBIND_WHICH where that is not clear. */
function chooseAccounts(
  accounts: readonly Account[],
  { account, allAccounts }: { account?: string; allAccounts?: boolean },
  now: Date,
): Account[] | null {
  // Also with no account at all: their unused codes are to be void.
  if (allAccounts || (account === undefined && accounts.length === 0)) return null
  const chosen = account === undefined ? accounts : accounts.filter(({ id }) => id === account)
  if (chosen.length === 1) return [...chosen]
  const list = accounts.map(({ id, channel, lastHeardAt }) => `${id} ${channel} ${spokenTime(lastHeardAt, now)}`)
  throw new MashangError(
    account === undefined ? 'there are several accounts' : `${account} is none of their accounts`,
    {
      code: 'UNBIND_WHICH',
      fix: `Choose --all-accounts, or --account with one of: ${list.join('; ')}`,
    },
  )
}
