/** What can be tapped under a message instead of writing it; `says` is what would be written. */
export interface Tappable {
  /** For people on the rolls: the heading of a card. Null: only answers to tap. */
  title: string | null
  choices: { label: string; says: string }[]
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

/** What of a message's template can be tapped; null when nothing can. */
export function tappableOf(template: string, number: string | null): Tappable | null {
  const found = Object.hasOwn(tappable, template) ? tappable[template]! : null
  if (!found || number === null) return null
  const choices = found.words.map((word) => ({ label: word, says: found.title === null ? word : `${word} ${number}` }))
  return { title: found.title === null ? null : `${found.title} 编号 ${number}`, choices }
}
