import { findCaseNumbers, parseCaseNumber } from '#cases'

/** What a resident may ask of the bot in so many words. */
export type ResidentCommand =
  | { do: 'help' }
  | { do: 'progress'; number: string | null }
  | { do: 'anonymous' }
  | { do: 'withdraw'; number: string | null }
  | { do: 'bind'; code: string | null }

const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .trim()
    .replace(/(?<=.)[\s。.!?,;:~“”"'【】[\]]+$/u, '')
    .replace(/^[“”"'【[]+/u, '')

const help = new Set(['帮助', '怎么用', '用法', '使用说明', '菜单', 'help', '?', '功能'])
const anonymous = new Set(['匿名', '我要匿名', '匿名反映', '请匿名'])
const progress = /^(?:查?(?:询)?进度|进度查询|查一下进度|办理进度|我的(?:诉求|反映|编号)|查件)(.*)$/su
const withdraw = /^(?:撤回|撤销|不办了|取消)(.*)$/su
const bind = /^绑定(.*)$/su

/** Null when the text is not a command but something said. A command is nothing but its word, and a number. */
export function readCommand(said: string): ResidentCommand | null {
  const text = bare(said)
  if (help.has(text.toLowerCase())) return { do: 'help' }
  if (anonymous.has(text)) return { do: 'anonymous' }
  const alone = parseCaseNumber(text.replace(/^(?:编号|#)[\s:]*/u, ''))
  if (alone !== null) return { do: 'progress', number: alone }

  const code = bind.exec(text)
  if (code)
    return /^[\s:]*\d[\d\s-]*$/u.test(code[1]!)
      ? { do: 'bind', code: digits(code[1]!) }
      : ifBare(code[1]!, { do: 'bind', code: null })
  for (const [pattern, verb] of [
    [progress, 'progress'],
    [withdraw, 'withdraw'],
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
