import type { Grade } from '#cases'

export interface Judgement {
  attitude: Grade
  result: Grade
  /** What they said besides. */
  why: string
}

const words: Record<string, Grade> = {
  非常满意: 3,
  很满意: 3,
  满意: 3,
  基本满意: 2,
  还行: 2,
  一般: 2,
  不满意: 1,
  很不满意: 1,
  非常不满意: 1,
  没解决: 1,
  '1': 3,
  '2': 2,
  '3': 1,
}
// Longest first, so that 不满意 is not read as 满意.
const grade = Object.keys(words)
  .sort((a, b) => b.length - a.length)
  .join('|')
const apart = '[\\s,，、;；/。.和]*'
const named = new RegExp(`^${apart}(?:服务|办理)?态度${apart}[:：是]?${apart}(${grade})${apart}(?:对)?(?:办理|办事)?结果${apart}[:：是]?${apart}(${grade})(.*)$`, 'su')
const pair = new RegExp(`^(${grade})${apart}(${grade})(?!\\d)(.*)$`, 'su')
const single = new RegExp(`^(?:对?(?:结果|答复|办理)?(?:很|我|都|全都|挺)?)(${grade})(?!\\d)(.*)$`, 'su')

/**
 * A judgement as residents write it: `满意`, `1 1`, `满意，不满意`, `态度满意 结果不满意 还是不亮`; the first is the attitude,
 * the second the result, one alone is both. Digits count from the prompt: 1 满意, 2 基本满意, 3 不满意.
 */
export function readJudgement(said: string): Judgement | null {
  const text = said.normalize('NFKC').trim()
  const both = named.exec(text) ?? pair.exec(text)
  if (both) return { attitude: words[both[1]!]!, result: words[both[2]!]!, why: rest(both[3]!) }
  const one = single.exec(text)
  if (!one) return null
  // "满意度太低了" or "2楼漏水" begin like a judgement and are none.
  const after = one[2]!
  if (/^[\p{L}\p{N}]/u.test(after) && !/^[了的啊呀吧呢]/u.test(after)) return null
  return { attitude: words[one[1]!]!, result: words[one[1]!]!, why: rest(after) }
}

function rest(text: string): string {
  return text.replace(/^[\s,，。.;；:：、!！了的啊呀吧呢]+/u, '').trim()
}
