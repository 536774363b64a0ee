import { around, within } from './finds.ts'
import type { Finds, Mark, Span } from './finds.ts'
import { kindWords } from './lexicon/kind.ts'
import type { Kind } from './reading.ts'

/** What the other rules saw. */
export interface Context {
  accused: boolean
  topic: boolean
  place: boolean
  danger: boolean
}

export interface KindFound {
  kind: Kind
  reasons: string[]
}

export function* kindWordMarks(): Generator<[word: string, mark: Mark]> {
  for (const [name, words] of Object.entries(kindWords)) for (const word of words) yield [word, { name }]
}

type Rule = (finds: Finds, context: Context) => string | null

/** In this order; the first that gives a reason decides, and none means an appeal. */
const rules: [Kind, Rule][] = [
  ['oversight', (_, { accused }) => (accused ? 'a person on the roll is complained of' : null)],
  ['appeal', (_, { danger }) => (danger ? 'danger' : null)],
  ['progress', progress],
  ['evaluation', evaluation],
  ['legislation', legislation],
  ['oversight', oversight],
  ['praise', praise],
  ['suggestion', suggestion],
  ['enquiry', enquiry],
  ['chitchat', chitchat],
]

/** What a message is for. Whatever isn't clearly something else is an appeal: nobody's matter is lost to a rule. */
export function readKind(finds: Finds, context: Context): KindFound {
  for (const [kind, rule] of rules) {
    const why = rule(finds, context)
    if (why !== null) return { kind, reasons: [`kind:${kind}<${why}`] }
  }
  const problem = finds.of('problem')[0]
  return { kind: 'appeal', reasons: [problem ? `kind:appeal<${finds.word(problem)}` : 'kind:appeal by default'] }
}

/** The first word found of a list, if any. */
function said(finds: Finds, name: string, inside?: Span): string | null {
  const found = inside ? finds.of(name).find((word) => within(word, inside)) : finds.of(name)[0]
  return found ? finds.word(found) : null
}

const start = (length: number): Span => ({ start: 0, end: length })

function progress(finds: Finds): string | null {
  if (finds.text.length > 80) return null
  const asks = said(finds, 'progress')
  if (asks !== null) return asks
  return said(finds, 'earlier') !== null ? said(finds, 'howIsIt') : null
}

function evaluation(finds: Finds, { topic }: Context): string | null {
  const { text } = finds
  const word = said(finds, 'evaluation')
  if (word === null || text.length > 40) return null
  // A bare mark, or one for the way a case was handled; 满意 in a longer story is part of the story.
  const bare = text.replace(/[^\p{L}\p{N}]/gu, '').length <= word.length + 4
  return (bare && !topic) || said(finds, 'evaluated') !== null ? word : null
}

function legislation(finds: Finds): string | null {
  const strong = finds.of('legislation').find(({ start }) => start < 80)
  if (strong) return finds.word(strong)
  const law = finds.of('law')[0]
  if (!law) return null
  const change = finds.of('lawChange').find((word) => within(word, around(finds.text, law, 'sentence')))
  return change && finds.word(change) !== finds.word(law) ? `${finds.word(law)}, ${finds.word(change)}` : null
}

function oversight(finds: Finds): string | null {
  const { text } = finds
  const official = finds.of('official')
  const long = text.length > 160
  const head = long ? start(120) : start(text.length)
  const misconduct = said(finds, 'misconduct', head)
  if (misconduct !== null && (official.length > 0 || said(finds, 'accuse') !== null || text.length < 30))
    return misconduct
  if (official.length === 0) return null
  for (const wrong of finds.of('conduct')) {
    if (!within(wrong, head)) continue
    const clause = around(text, wrong, 'sentence')
    // The nearest before it is who did it: 社区说物业不作为 is about the 物业.
    const doer = official.findLast(
      ({ start, end }) => start >= clause.start && end <= wrong.start && wrong.start - end <= 12,
    )
    if (!doer || /物业|开发商|公司|老板|商家|邻居|业主/.test(text.slice(doer.end, wrong.start))) continue
    if (long && said(finds, 'accuse', head) === null) continue
    // 社区不管 alone tells of a matter left lying; of conduct speaks what no matter explains.
    if (/^(?:都?不管|不理|不公平?|霸道|欺负人?)$/.test(finds.word(wrong)) && said(finds, 'accuse', head) === null)
      continue
    return `${finds.word(doer)}, ${finds.word(wrong)}`
  }
  return null
}

function praise(finds: Finds): string | null {
  const word = said(finds, 'praise')
  if (word === null) return null
  const onlyThanks = /^[感谢多十分非常太]+$/.test(word)
  const solved = said(finds, 'solved')
  if (said(finds, 'turn') !== null && said(finds, 'problem') !== null) return null
  if (solved !== null && said(finds, 'suggestion') === null) return `${word}, ${solved}`
  if (said(finds, 'problem') !== null || said(finds, 'suggestion') !== null || said(finds, 'enquiry') !== null)
    return null
  // Bare thanks are courtesy; thanks for something are praise.
  if (!onlyThanks) return finds.text.length > word.length + 4 ? word : null
  return finds.of('praise').length > 1 || rest(finds).length > 4 ? word : null
}

function suggestion(finds: Finds): string | null {
  const advice = finds.of('advice').find(({ start }) => start < 20)
  const word = said(finds, 'suggestion')
  if (word === null) return gently(finds.text)
  const problem = finds
    .of('problem')
    .find(({ start, end }) => end - start > 1 && start < finds.of('suggestion')[0]!.start)
  if (advice) return finds.word(advice)
  return problem ? null : word
}

/** 把操场开了吧, 装个扶手呗: who wants something mended at once says so. */
function gently(text: string): string | null {
  if (
    text.length > 40 ||
    !/[吧呗好啊了]/.test(text.slice(-4)) ||
    /赶紧|快点|快来|马上|赶快|尽快|坏|没|不|谁|漏|堵|停了|断/.test(text)
  )
    return null
  const word = /[装建修开设加放种搞办弄整派挪画配添栽换改划盖铺].*?(?:吧|呗|多好|最好|行啊|就好了)[^\p{L}]*$/u.exec(
    text,
  )
  return word?.[0] ?? null
}

function enquiry(finds: Finds): string | null {
  const word = said(finds, 'enquiry')
  if (word === null) return null
  const problem = finds.of('problem').some(({ start, end }) => end - start > 1 && !/[吗?]/.test(finds.text[end] ?? ''))
  return problem ? null : word
}

function chitchat(finds: Finds, { topic, place }: Context): string | null {
  if (!/[\p{L}\p{N}]/u.test(finds.text.replace(/\[[^\]]{1,4}\]/g, ''))) return 'no words'
  if (topic) return null
  const problem = said(finds, 'problem')
  if (place && problem !== null) return null
  if (rest(finds).length <= 1) return 'courtesy only'
  const talk = said(finds, 'smalltalk')
  return talk !== null && problem === null && finds.text.length <= 40 ? talk : null
}

/** What is left without courtesies, pictures and punctuation: letters and digits only. */
function rest(finds: Finds): string {
  const covered = new Uint8Array(finds.text.length)
  for (const name of ['greeting', 'thanks', 'filler']) {
    for (const { start, end } of finds.of(name)) covered.fill(1, start, end)
  }
  let left = ''
  for (let at = 0; at < covered.length; at++) if (covered[at] === 0) left += finds.text[at]
  return left
    .replace(/\[[^\]]{1,4}\]/g, '')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/^[哈呵嘿嘻h6]+$/u, '')
}
