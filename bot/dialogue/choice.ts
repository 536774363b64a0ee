import { isOpen, leadsElsewhere, routeByTopic } from '#cases'
import { caseView, everydayTopic, splitLabels } from '#templates'
import type { Entry } from '../working-set.ts'
import type { Asked } from './memory.ts'
import { actorOn, mine } from './mine.ts'
import { ask, labelsOf, questionFor } from './question.ts'
import { splitUp } from './split.ts'
import { perform, reply } from './turn.ts'
import type { Reply, Turn } from './turn.ts'

/** After this nobody remembers what 1 and 2 stood for. */
const answeredWithinMs = 3 * 24 * 3_600_000

/** The answer to a choice we gave: its number, its words, or none of it; null when it is something else. */
export function hearChoice(turn: Turn): Reply | null {
  const { speaker, words, saidAt } = turn
  const { asked } = speaker.memory
  if (asked?.options === undefined || !words?.spoken) return null
  if (Date.parse(saidAt) - Date.parse(asked.at) > answeredWithinMs) return null
  const own = mine(turn)
  const entry = own.find(({ case: each }) => each.id === asked.caseId)
  if (!entry || !isOpen(entry.case.status)) return null
  const chosen = readChoice(words.text, labelsOf(asked, turn), asked)
  if (chosen === null) return null
  // 1 and 2 are grades as well: of two questions they answer the later one.
  const judged = own.some(({ case: { status, answer } }) => status === 'answered' && answer!.at > asked.at)
  if (chosen.byNumber && judged) return null
  return take(turn, entry, asked, chosen.option)
}

const numbers: Record<string, number> = { 一: 0, 二: 1, 两: 1, 前: 0, 后: 1, 上: 0, 下: 1, a: 0, b: 1, '①': 0, '②': 1 }
const byNumber = /^(?:选|是|回|第)?([12一二前后上ab①②])(?:个|面(?:那个|的)?|种|类|处|边)?(?:吧|的|那个)?$/u
const neither = /^(?:都不是|两个都不是|不是|都不对|不知道|不清楚|不好说|说不清|其他|别的)$/u

/** What is longer, with all that people put around a choice, is none. */
const longestChoice = 200
/** The longest words by which matters are taken apart or left together, without what stands around them. */
const longestSplit = 12

/** Whether these words, if they answer anything, say that several matters are to be cases of their own. */
export function takesApart(said: string): boolean {
  return readChoice(said, splitLabels, { what: 'split', options: ['apart', 'together'] })?.option === 'apart'
}

/** By what people write for a tap; `option` null: neither. */
export function readChoice(
  said: string,
  labels: readonly string[],
  { what, options = [] }: Pick<Asked, 'what' | 'options'>,
): { option: string | null; byNumber: boolean } | null {
  if (said.length > longestChoice) return null
  const text = plain(said)
  // Every message is held against this one: nearly all are longer, and need no more of a look.
  if (what === 'split' && text.length > longestSplit) return null
  const digit = byNumber.exec(text)?.[1]
  if (digit !== undefined) {
    const option = options[numbers[digit] ?? Number(digit) - 1]
    return option === undefined ? null : { option, byNumber: true }
  }
  const fitting = options.filter((option, at) => {
    const names = what === 'topic' ? [option.split('/')[0]!, ...everydayTopic(option).split('、')] : []
    return [labels[at]!, ...names, ...(synonyms[option] ?? [])].some((name) => plainName(name) === text)
  })
  if (fitting.length === 1) return { option: fitting[0]!, byNumber: false }
  return neither.test(text) && what !== 'split' ? { option: null, byNumber: false } : null
}

/** Labels and topics are few, and every short message is held against them. */
const plainNames = new Map<string, string>()
function plainName(name: string): string {
  let known = plainNames.get(name)
  if (known === undefined) plainNames.set(name, (known = plain(name)))
  return known
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{P}]/gu, '')
}

const synonyms: Record<string, readonly string[]> = {
  apart: ['分开', '分开办理', '分别办', '分别办理', '分', '要分开'],
  together: ['一起', '一起办理', '不分', '不用分', '不用分开', '合并', '不分开'],
}

function take(turn: Turn, entry: Entry, asked: Asked, option: string | null): Reply {
  const { desk, now, speaker } = turn
  const { id } = entry.case
  const c = () => caseView(turn.cases.get(id)!, desk.directory, now)
  speaker.memory.asked = null
  if (option === null) return reply('chosen', desk.say('chosen-none', { c: c() }), id)
  if (option === 'together') return reply('chosen', desk.say('together', { c: c() }), id)
  if (option === 'apart') return splitUp(turn, entry)
  return asked.what === 'topic' ? takeTopic(turn, entry, option) : takePlace(turn, entry, asked, option)
}

/** What it is about, in the resident's own word: who is now the right one gets it. */
function takeTopic(turn: Turn, entry: Entry, topic: string): Reply {
  const { desk } = turn
  // What was read first may say more than the first level.
  const known = entry.case.topic
  const full = known !== null && known.split('/')[0] === topic.split('/')[0] ? known : topic
  const routing = routeByTopic(entry.case, full, desk.directory)
  return settle(turn, entry, { topic: full, routing }, everydayTopic(topic), null)
}

function takePlace(turn: Turn, entry: Entry, asked: Asked, code: string): Reply {
  const { desk } = turn
  const { case: known } = entry
  const routing = leadsElsewhere(known, code, desk.directory)
    ? routeByTopic(known, known.topic, desk.directory, code)
    : null
  return settle(turn, entry, { place: code, region: code, routing }, desk.directory.place(code) ?? code, asked)
}

type Known = Omit<Extract<Parameters<typeof perform>[2], { type: 'classify' }>, 'type'>

function settle(turn: Turn, entry: Entry, known: Known, chosen: string, asked: Asked | null): Reply {
  const { desk, now } = turn
  const { id, number } = entry.case
  const done = perform(turn, id, { type: 'classify', ...known }, actorOn(entry, turn))
  if (!done.ok) return reply('refused', desk.say(`refused-${done.refusal}`, { number }), id)
  const nth = (asked?.nth ?? 1) + 1
  const next = asked === null ? null : questionFor(turn, done.entry, null, null, nth)
  const { tell, question } = ask(turn, next, done.entry.case, nth)
  const c = caseView(done.entry, desk.directory, now)
  const moved = done.entry.case.deputy !== entry.case.deputy
  return { ...reply('chosen', desk.say('chosen', { c, chosen, moved, question }), id), ...(tell && { tell }) }
}
