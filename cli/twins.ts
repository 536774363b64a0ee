import type { Command } from 'commander'
import type pg from 'pg'
import { MashangError } from '#base'
import type { Clock } from '#base'
import { createDirectory } from '#config'
import type { City, Directory } from '#config'
import { listPeople, listTwins, restartTwinSearch } from '#store'
import type { ListedCase, TwinListed } from '#store'
import { hidePerson, shorten, spokenDay } from '#templates'
import { hotIssues } from '#understanding'
import type { HotIssue, IssueCase, TwinReason } from '#understanding'
import type { WithLedger } from './ledger.ts'

/** So many links are looked through for what hangs together. */
const mostLinks = 20_000
/** Of many weak links in a row the first and the last have nothing in common. */
const sureLink = 0.85
const shownWords = 60

interface TwinsOptions {
  area?: string
  hot?: boolean
  limit: number
  json?: boolean
  rebuild?: boolean
}

/** `mashang twins`: cases that are likely one matter, and what troubles many. */
export function registerTwins(program: Command, withLedger: WithLedger, clock: Clock): void {
  program
    .command('twins')
    .description('open cases that are likely one matter, with why, and the issues that many people raise')
    .option('--area <code>', 'only of this region, community or estate and what lies in it')
    .option('--hot', 'only the issues of at least three people')
    .option('--limit <n>', 'at most so many of each', (text) => Math.max(1, Number.parseInt(text, 10) || 30), 30)
    .option('--rebuild', 'forget what was found; the workers look for it anew')
    .option('--json', 'one line of JSON, the last on standard output')
    .action((options: TwinsOptions) =>
      withLedger(async ({ pool }, { city }) => {
        if (options.rebuild) {
          await restartTwinSearch(pool)
          return console.log(options.json ? JSON.stringify({ rebuild: true }) : '已清空，后台会重新查找。')
        }
        const report = await reportOf(pool, city, options, clock())
        console.log(options.json ? JSON.stringify(report) : tableOf(report, options.hot === true))
      }),
    )
}

interface TwinsReport {
  twins: {
    number: string
    other: string
    likeness: number
    reason: TwinReason
    place: string | null
    words: string
    other_words: string
  }[]
  hot: {
    people: number
    numbers: string[]
    areas: string[]
    since: string
    latest: string
    heat: number
    summary: string[]
  }[]
}

async function reportOf(
  pool: pg.Pool,
  city: City,
  { area, hot, limit }: TwinsOptions,
  now: Date,
): Promise<TwinsReport> {
  const directory = createDirectory(city, await listPeople(pool), now)
  const links = await listTwins(pool, { regions: area === undefined ? null : regionsIn(city, area), limit: mostLinks })
  const cases = new Map(links.flatMap(({ later, earlier }) => [later, earlier]).map((each) => [each.state.id, each]))
  const names = city.people.map(({ name }) => name)
  const issues = hotIssues(
    links
      .filter(({ likeness }) => likeness >= sureLink)
      .map(({ later, earlier }) => [later.state.id, earlier.state.id] as const),
    new Map([...cases].map(([id, each]) => [id, issueCaseOf(each)])),
    now,
    names,
  )
  return {
    twins: hot ? [] : links.slice(0, limit).map((link) => twinOf(link, directory)),
    hot: issues.slice(0, limit).map((issue) => hotOf(issue, cases, directory, now)),
  }
}

/** A place and all that lies in it. Throws TWINS_AREA. */
function regionsIn(city: City, area: string): string[] {
  if (!city.regions.some(({ code }) => code === area)) {
    throw new MashangError(`--area: ${area} is no place of ${city.name}`, {
      code: 'TWINS_AREA',
      fix: 'Name a code of the city’s regions.csv or places.csv',
    })
  }
  const inside = new Set([area])
  // Parents need not stand before their children.
  for (let before = 0; before !== inside.size;) {
    before = inside.size
    for (const { code, parent } of city.regions) if (parent !== null && inside.has(parent)) inside.add(code)
  }
  return [...inside]
}

function issueCaseOf({ state, text, resident, placeText }: ListedCase): IssueCase {
  const { id, openedAt, place, region } = state
  return { id, resident, openedAt: new Date(openedAt), area: place ?? region, place: placeText, text: hidePerson(text) }
}

function twinOf({ likeness, reason, later, earlier }: TwinListed, directory: Directory): TwinsReport['twins'][number] {
  const code = later.state.place ?? later.state.region
  return {
    number: later.state.number,
    other: earlier.state.number,
    likeness: Math.round(likeness * 100) / 100,
    reason: reason as TwinReason,
    place: code === null ? later.placeText : directory.place(code),
    words: shownOf(later),
    other_words: shownOf(earlier),
  }
}

const shownOf = ({ text }: ListedCase): string => shorten(hidePerson(text).replaceAll('\n', ' '), shownWords)

function hotOf(issue: HotIssue, cases: ReadonlyMap<string, ListedCase>, directory: Directory, now: Date) {
  return {
    people: issue.people,
    numbers: issue.cases.map((id) => cases.get(id)!.state.number),
    areas: issue.areas.map((code) => directory.place(code) ?? code),
    since: spokenDay(issue.since.toISOString(), now),
    latest: spokenDay(issue.latest.toISOString(), now),
    heat: Math.round(issue.heat * 10) / 10,
    summary: issue.summary,
  }
}

function tableOf({ twins, hot }: TwinsReport, onlyHot: boolean): string {
  const parts: string[] = []
  if (!onlyHot) {
    parts.push(twins.length === 0 ? '没有发现可能重复的诉求。' : `可能重复的诉求（${twins.length} 对，新的在前）`)
    for (const { number, other, likeness, reason, place, words, other_words } of twins) {
      parts.push(
        `编号 ${number}  与  编号 ${other}  相似度 ${Math.round(likeness * 100)}%  ${whyOf(reason, place)}`,
        `  ${words}`,
        `  ${other_words}`,
      )
    }
    parts.push('')
  }
  parts.push(hot.length === 0 ? '没有三人以上反映的热点问题。' : `热点问题（${hot.length} 个）`)
  for (const [at, { people, numbers, areas, since, latest, summary }] of hot.entries()) {
    const shown = numbers.slice(-6).map((number) => `编号 ${number}`)
    parts.push(
      `${at + 1}. ${summary.join('、') || '（没有共同的说法）'}`,
      `   ${people} 人  ${numbers.length} 件  ${since}至${latest}  ${areas.slice(0, 3).join('、') || '地点不明'}${areas.length > 3 ? `等 ${areas.length} 处` : ''}`,
      `   ${shown.join('  ')}${numbers.length > shown.length ? '  ……' : ''}`,
    )
  }
  return parts.join('\n')
}

function whyOf({ place: where, matters, words }: TwinReason, place: string | null): string {
  const why: string[] = []
  if (where === 'same') why.push(`同一地点${place === null ? '' : `（${place}）`}`)
  if (where === 'near') why.push(`同一社区${place === null ? '' : `（${place}）`}`)
  if (matters.length > 0) why.push(`都说到${matters.slice(0, 4).join('、')}`)
  if (words.length > 0) why.push(`共同的话：${words.join('、')}`)
  return why.join('；') || '说法相近'
}
