import { findCaseNumbers, parseCaseNumber } from '#cases'

/** What a resident may ask of the bot in so many words. */
export type ResidentCommand =
  | { do: 'help' }
  /** A person shall answer what the city's words did not. */
  | { do: 'person' }
  | { do: 'progress'; number: string | null }
  | { do: 'anonymous'; number: string | null }
  | { do: 'withdraw'; number: string | null }
  | CodeCommand

/** What concerns the account itself, not any case. */
export type CodeCommand =
  | { do: 'bind'; code: string | null }
  | { do: 'pickup'; code: string | null }
  | { do: 'unbind'; confirmed: boolean }

const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .trim()
    .replace(/(?<=.)[\s。.!?,;:~“”"'【】[\]]+$/u, '')
    .replace(/^[“”"'【[]+/u, '')

/** How people with a duty say that they speak for themselves: a stray word in an answer shall not open a case. */
const forOneself = /^反映[\s:：,，]*/u

/** What they report for themselves, without the word that says so; null when it is not there. */
export function ownMatter(said: string): string | null {
  const begun = forOneself.exec(said)
  return begun && said.slice(begun[0].length)
}

const help = new Set(['帮助', '怎么用', '用法', '使用说明', '菜单', 'help', '?', '功能'])
const person = new Set(['找人', '找代表', '人工', '转人工', '找人工', '找人办', '找真人', '要人工'])
const anonymous = /^(?:匿名反映|请匿名|我要匿名|匿名)(.*)$/su
const unbind = new Map([
  ['解绑', false],
  ['解除绑定', false],
  ['我要解绑', false],
  ['确认解绑', true],
])
const progress = /^(?:查?(?:询)?进度|进度查询|查一下进度|办理进度|我的(?:诉求|反映|编号)|查件)(.*)$/su
const withdraw = /^(?:撤回|撤销|不办了|取消)(.*)$/su
const coded = [
  [/^绑定(.*)$/su, 'bind'],
  [/^接续(.*)$/su, 'pickup'],
] as const

/** What every command begins with. Nearly everything said begins otherwise, and is read no further here. */
const opening = /^[帮怎用使菜h?功找人转要匿请我解确查进办撤不取绑接编#\d]/iu
const firstSaid = /[^\s“”"'【[＂＇［]/u

/** Null when the text is not a command but something said. A command is nothing but its word, and a number. */
export function readCommand(said: string): ResidentCommand | null {
  const first = firstSaid.exec(said)
  if (first === null || !opening.test(first[0].normalize('NFKC'))) return null
  const text = bare(said)
  if (help.has(text.toLowerCase())) return { do: 'help' }
  if (person.has(text)) return { do: 'person' }
  const confirmed = unbind.get(text)
  if (confirmed !== undefined) return { do: 'unbind', confirmed }
  const alone = parseCaseNumber(text.replace(/^(?:编号|#)[\s:]*/u, ''))
  if (alone !== null) return { do: 'progress', number: alone }

  for (const [pattern, verb] of coded) {
    const rest = pattern.exec(text)?.[1]
    if (rest === undefined) continue
    return /^[\s:]*\d[\d\s-]*$/u.test(rest) ? { do: verb, code: digits(rest) } : ifBare(rest, { do: verb, code: null })
  }
  for (const [pattern, verb] of [
    [progress, 'progress'],
    [withdraw, 'withdraw'],
    [anonymous, 'anonymous'],
  ] as const) {
    const rest = pattern.exec(text)?.[1]
    if (rest === undefined) continue
    if (rest.trim() === '') return { do: verb, number: null }
    const numbers = findCaseNumbers(rest)
    const others = rest.replace(/[\d\s\-‐-―:#]|编号/gu, '')
    // "撤回" with other words than a number is a sentence, not a command.
    if (others !== '') return null
    return { do: verb, number: numbers[0] ?? digits(rest) }
  }
  return null
}

function digits(text: string): string {
  return text.replace(/\D/g, '')
}

function ifBare(rest: string, command: ResidentCommand): ResidentCommand | null {
  return rest.trim() === '' ? command : null
}
