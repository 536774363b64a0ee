import { around, within } from './finds.ts'
import type { Find, Finds, Mark, Span } from './finds.ts'
import {
  askedWords,
  deedWords,
  longSurnames,
  spokenToWords,
  unansweredWords,
  wordsLikeNames,
} from './lexicon/accused.ts'
import { normalise } from './normalise.ts'
import type { NamedPerson } from './reading.ts'

interface Named {
  ids: string[]
  /** A name that is an everyday word too (高峰) counts only beside 代表 or 投诉. */
  shy: boolean
}

export function* accusedWords(people: readonly NamedPerson[]): Generator<[word: string, mark: Mark]> {
  const names = new Map<string, string[]>()
  const add = (word: string, id: string) => {
    const ids = names.get(word)
    if (!ids) names.set(word, [id])
    else if (!ids.includes(id)) ids.push(id)
  }
  for (const { id, name: written } of people) {
    const name = normalise(written).text.replace(/[\s·]/gu, '')
    if (name === '') continue
    const surname = longSurnames.has(name.slice(0, 2)) ? name.slice(0, 2) : [...name][0]!
    add(name, id)
    add(normalise(written).text.trim(), id)
    for (const word of [`${surname}代表`, `${surname}人大代表`, `姓${surname}的代表`, `姓${surname}的人大代表`])
      add(word, id)
  }
  for (const [word, ids] of names) {
    const value: Named = { ids, shy: wordsLikeNames.has(word) }
    yield [word, { name: 'person-named', value }]
  }
  for (const word of askedWords) yield [word, { name: 'asked' }]
  for (const word of spokenToWords) yield [word, { name: 'spoken-to' }]
  for (const word of deedWords) yield [word, { name: 'deed' }]
  for (const word of unansweredWords) yield [word, { name: 'unanswered' }]
}

/**
 * Ids of the people on the roll who are complained of. In doubt a person counts as accused: the price is that the case
 * goes to somebody else; the other error shows a complaint to the one it is about.
 */
export function readAccused(finds: Finds): { accused: string[]; reasons: string[] } {
  const accused = new Set<string>()
  const reasons: string[] = []
  const wrongs = [...finds.of('conduct'), ...finds.of('misconduct'), ...finds.of('unanswered'), ...finds.of('deed')]
  const charges = finds.of('accuse')
  if (wrongs.length === 0 && charges.length === 0 && !takenAnywhere.test(finds.text)) return { accused: [], reasons }
  for (const find of finds.of('person-named')) {
    const { ids, shy } = find.value as Named
    if (shy && !besideTitle(finds, find)) continue
    const why = complaint(finds, find, wrongs, charges)
    if (why === null) continue
    for (const id of ids) accused.add(id)
    reasons.push(`accused<${finds.word(find)} ${why}`)
  }
  return { accused: [...accused], reasons }
}

/** The word that makes a mention of a person a complaint of them, or null. */
function complaint(finds: Finds, name: Find, wrongs: readonly Find[], charges: readonly Find[]): string | null {
  const { text } = finds
  const end = text.startsWith('代表', name.end) ? name.end + 2 : name.end
  const start = ['人大代表', '代表'].find((title) => text.endsWith(title, name.start))?.length ?? 0
  const said: Span = { start: name.start - start, end }
  const clause = around(text, said, 'clause')
  // 王建国代表收钱, 王建国代表你怎么不接电话: nothing stands between, whatever courtesy came before.
  const close = wrongs.find((wrong) => wrong.start >= end && wrong.start - end <= 2 && within(wrong, clause))
  if (close) return finds.word(close)
  const took = taken.exec(text.slice(end, end + 40))
  if (took) return took[0]
  // 投诉王建国 and 我要举报一下人大代表王建国: the charge points at the name.
  const charge = charges.find((word) => word.end <= said.start && said.start - word.end <= 4 && within(word, clause))
  if (charge) return finds.word(charge)
  const reproach = finds.of('unanswered').find((word) => word.start >= end && reproached(text, end, word.start))
  if (reproach) return finds.word(reproach)
  if (charges.some((word) => /[你您]/.test(text[word.end] ?? ''))) return 'charged to the face'
  if (addressed(finds, said)) return null
  const asked = finds.of('asked').find((word) => word.end <= said.start && said.start - word.end <= 1)
  if (asked) {
    if (!/找|联系|约|打电话|向|跟|给|@/.test(finds.word(asked))) return null
    const silent = finds.of('unanswered').find((word) => word.start >= end && word.start - end <= 14)
    return silent ? finds.word(silent) : null
  }
  const near = [...wrongs, ...charges].find((word) => word.start < end + 60 && word.end > said.start - 60)
  return near ? finds.word(near) : null
}

/** 王建国代表收了开发商的钱: whose money it was stands between, so no list of words holds it. */
const taken =
  /^[,\s]?(?:还|也|都|就|又|他|她|自己|偷偷|私下|背地里|是不是|肯定|一直|经常|竟然|居然|曾经?|已经?|可能|听说)*[收拿骗贪吃][了过着][^,。!?;\n]{0,12}?(?:钱|款|礼|红包|好处|回扣|贿|烟|酒|卡)/
const takenAnywhere = /[收拿骗贪吃][了过着]/

/** 您怎么不接电话, 他都不管: a person is meant, and not far before the wrong. */
function reproached(text: string, from: number, to: number): boolean {
  return /[你您他她]们?[^,。!?;\n]{0,3}$/.test(text.slice(Math.max(from, to - 6), to))
}

/** The name opens the message or a clause and is spoken to: `王建国代表您好，…`, `王代表，…`. */
function addressed(finds: Finds, said: Span): boolean {
  const { text } = finds
  if (finds.of('spoken-to').some(({ start }) => start === said.end)) return true
  const opens = text.slice(0, said.start).replace(/尊敬的|敬爱的|你好|您好|[^\p{L}]/gu, '') === ''
  return opens && /^[,:!。\s~]/.test(text.slice(said.end))
}

function besideTitle({ text }: Finds, { start, end }: Span): boolean {
  return text.startsWith('代表', end) || /(?:代表|投诉|举报|检举|控告)$/.test(text.slice(Math.max(0, start - 4), start))
}
