/** A line of a question that answers it: `1 分开办`. */
const numbered = /^[1-9] (.+)$/gmu

/** What can be tapped under a message instead of writing it; `says` is what would be written. */
export interface Tappable {
  /** For people on the rolls: the heading of a card. Null: only answers to tap. */
  title: string | null
  choices: { label: string; says: string }[]
  /** The words without what is tapped; left out where they stay as they are. */
  text?: string
}

const decide = ['接单', '退回', '详情']
const judge = ['满意', '基本满意', '不满意']

/** By template: the heading, and the words that answer it. The case's number is added, for more than one may be open. */
const tappable: Record<string, { title: string | null; words: readonly string[] }> = {
  'deputy-new-case': { title: '新诉求', words: decide },
  'deputy-remind-accept': { title: '提醒接单', words: decide },
  'deputy-remind-answer': { title: '提醒答复', words: ['详情'] },
  'deputy-reopened': { title: '重办', words: ['详情'] },
  'resident-answered': { title: null, words: judge },
}

/** What of a message can be tapped, by its template and its words; null when nothing can. */
export function tappableOf(template: string, number: string | null, text: string): Tappable | null {
  if (template.startsWith('ask-')) return choicesIn(text)
  const found = Object.hasOwn(tappable, template) ? tappable[template]! : null
  if (!found || number === null) return null
  const choices = found.words.map((word) => ({ label: word, says: `${word} ${number}` }))
  return { title: found.title === null ? null : `${found.title} 编号 ${number}`, choices }
}

/** The last line of a message that tells how to answer it: below several it is told once. */
const howToAnswer = /\n回复：.*$/u

/** Templates of which several can stand in one message: what is tapped for each, and what is said below them all. */
const several: Record<string, { words: readonly string[]; below: (count: number, number: string) => string }> = {
  'deputy-new-case': {
    words: ['接单', '详情'],
    below: (count, number) => `以上 ${count} 件，回复时请写上编号，例如：接单 编号 ${number}`,
  },
}

/** Several messages of one template as one; null when each of them goes by itself. */
export function togetherOf(
  template: string,
  all: readonly { caseNumber: string | null; text: string }[],
): { text: string; choices: Tappable['choices'] } | null {
  const found = Object.hasOwn(several, template) ? several[template]! : null
  const numbers = all.flatMap(({ caseNumber }) => caseNumber ?? [])
  if (!found || numbers.length === 0 || numbers.length < all.length) return null
  const texts = all.map(({ text }) => plainBelow(text.replace(howToAnswer, '')))
  const says = numbers.flatMap((number) => found.words.map((word) => `${word} ${number}`))
  return {
    text: [...texts, found.below(all.length, numbers[0]!)].join('\n\n'),
    choices: says.map((each) => ({ label: each, says: each })),
  }
}

/** Only what we say begins a case: words of a resident that look like the next one's heading get other brackets. */
function plainBelow(text: string): string {
  const [heading, ...below] = text.split('\n')
  return [heading, ...below.map((line) => line.replaceAll('【', '〔').replaceAll('】', '〕'))].join('\n')
}

/** A question's own lines: its answers differ from case to case. */
function choicesIn(text: string): Tappable | null {
  const choices = [...text.matchAll(numbered)].map(([, says]) => ({ label: says!, says: says! }))
  return choices.length === 0 ? null : { title: null, choices, text: text.replace(numbered, '').trim() }
}
