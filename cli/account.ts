import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { MashangError } from '#base'
import type { Clock } from '#base'
import type { OfficialAccountClient } from '#channels'
import type { OfficialAccountSettings } from '#config'
import { loadTemplates } from '#templates'
import { menuLines } from './account-menu.ts'
import { findDemoAccount, startDemoAccount } from './demo-account.ts'
import { tokensOf } from './ledger.ts'
import type { Ledger, WithLedger } from './ledger.ts'

export interface AccountTools {
  withLedger: WithLedger
  clock: Clock
}

/** `mashang account …`: what is arranged on the platform for the official account as a whole. */
export function registerAccount(program: Command, { withLedger, clock }: AccountTools): void {
  const account = program.command('account').description('the official account: its menu, its QR codes')

  account
    .command('menu')
    .description('put the city’s menu.json on the account, and show what is there')
    .option('--dry-run', 'only show')
    .action(({ dryRun }: { dryRun?: boolean }) =>
      withLedger(async (ledger, { settings, city }) => {
        if (city.menu === null) {
          throw new MashangError('the city has no menu', {
            code: 'ACCOUNT_MENU',
            fix: `Write config/cities/${city.id}/menu.json; the README of the demo city tells its form`,
          })
        }
        const { menu } = city
        await withClient(settings.officialAccount, settings.dataDir, ledger, async (client) => {
          console.log(['公众号上现在的菜单：', ...menuLines(await client.readMenu())].join('\n'))
          if (dryRun) return console.log(['menu.json 里的菜单（未发布）：', ...menuLines(menu)].join('\n'))
          await client.createMenu(menu)
          console.log(['已发布，几分钟内在手机上更新：', ...menuLines(await client.readMenu())].join('\n'))
        })
      }),
    )

  account
    .command('codes')
    .description('QR codes of deputies and stations, with a sheet to print of each (PNG and PDF)')
    .requiredOption('--out <dir>', 'where the sheets go')
    .option('--deputy <id>', 'one deputy')
    .option('--station <id>', 'one station')
    .option('--all', 'every deputy and station of the city')
    .option('--temporary <days>', 'codes that end after 1 to 30 days, instead of permanent ones')
    .option('--paper <size>', 'a4 or a5', 'a4')
    .option('--font <file>', 'a TTF or OTF file for characters of names that ours lacks')
    .option('--json', 'one line of JSON, the last on standard output')
    .action((options: CodesOptions) =>
      withLedger(async (ledger, { settings, city }) => {
        const { codesWanted, drawSheets } = await import('./account-codes.ts')
        const days = daysOf(options.temporary)
        const factor = paperOf(options.paper)
        const wanted = codesWanted(city, options)
        const folder = resolve(options.out)
        await mkdir(folder, { recursive: true })
        await withClient(settings.officialAccount, settings.dataDir, ledger, async (client, appId) => {
          const tools = {
            pool: ledger.pool,
            client,
            appId,
            clock,
            say: loadTemplates(),
            days,
            factor,
            font: options.font ?? null,
          }
          const sheets: { scene: string; url: string; new: boolean; files: string[] }[] = []
          const all: Buffer[] = []
          for await (const sheet of drawSheets(wanted, tools)) {
            if (sheet.last) {
              await writeFile(join(folder, 'all.pdf'), sheet.pdf)
              all.push(sheet.pdf)
              continue
            }
            const files = [`${sheet.scene}.png`, `${sheet.scene}.pdf`]
            await writeFile(join(folder, files[0]!), sheet.png)
            await writeFile(join(folder, files[1]!), sheet.pdf)
            sheets.push({ scene: sheet.scene, url: sheet.url, new: sheet.isNew, files })
            if (!options.json)
              console.log(`${sheet.scene}  ${sheet.name}  ${sheet.isNew ? '新' : '已有'}  ${files.join('  ')}`)
            if (sheet.missing.length > 0)
              console.error(
                `${sheet.scene}：字体里没有 ${sheet.missing.join('、')}，印成了〓；用 --font 给一个有这些字的字体`,
              )
          }
          if (options.json) console.log(JSON.stringify(sheets))
          else console.log(`${sheets.length} 张在 ${folder}${all.length > 0 ? '，合在一起的是 all.pdf' : ''}`)
        })
      }),
    )

  /** Works on the account of the settings, on the simulated one of a running start, or on one of the command's own. */
  async function withClient(
    configured: OfficialAccountSettings | null,
    dataDir: string,
    ledger: Ledger,
    work: (client: OfficialAccountClient, appId: string) => Promise<void>,
  ): Promise<void> {
    const { createOfficialAccountClient } = await import('#channels')
    const found = configured ?? (await findDemoAccount(dataDir))
    const own = found === null ? await startDemoAccount(clock) : null
    const used = found ?? own!.settings
    if (configured === null) console.error('没有配置公众号：正在使用模拟的微信平台，这些码扫不出来。')
    try {
      await work(createOfficialAccountClient({ ...used, clock, tokenStore: tokensOf(ledger, used, clock) }), used.appId)
    } finally {
      await own?.simulator.close()
    }
  }
}

interface CodesOptions {
  out: string
  deputy?: string
  station?: string
  all?: boolean
  temporary?: string
  paper: string
  font?: string
  json?: boolean
}

function daysOf(typed: string | undefined): number | null {
  if (typed === undefined) return null
  const days = Number(typed)
  if (Number.isInteger(days) && days >= 1 && days <= 30) return days
  throw new MashangError(`--temporary ${typed}: not a number of days from 1 to 30`, { code: 'ACCOUNT_DAYS' })
}

function paperOf(typed: string): number {
  const factor = new Map([
    ['a4', 1],
    ['a5', Math.SQRT1_2],
  ]).get(typed.toLowerCase())
  if (factor !== undefined) return factor
  throw new MashangError(`--paper ${typed}: there is no such size`, { code: 'ACCOUNT_PAPER', fix: 'Choose a4 or a5' })
}
