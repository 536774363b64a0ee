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
  不太满意: 1,
  不怎么满意: 1,
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
const named = new RegExp(
  `^${apart}(?:服务|办理)?态度${apart}[:：是]?${apart}(${grade})${apart}(?:对)?(?:办理|办事)?结果${apart}[:：是]?${apart}(${grade})(.*)$`,
  'su',
)
const pair = new RegExp(`^(${grade})(${apart})(${grade})(.*)$`, 'su')
const single = new RegExp(`^(?:对?(?:结果|答复|办理)?(?:很|我|都|全都|挺)?)(${grade})(.*)$`, 'su')
const counted = '号楼栋幢单层户室米块元年月日天周点时分人个家条次岁组队社村路区期万'
/** What may follow a digit for it to be a grade: nothing that it counts or numbers (1、… 2、…). */
const afterDigit = new RegExp(`^(?:$|[了的啊呀吧呢]|[\\s,，。!！;；]+(?![\\d${counted}]))`, 'u')
/** The same where another grade stands before it. */
const afterSecondDigit = new RegExp(`^(?!\\s*[\\d${counted}])`, 'u')

/**
 * A judgement as residents write it: `满意`, `1 1`, `满意，不满意`, `态度满意 结果不满意 还是不亮`; the first is the attitude,
 * the second the result, one alone is both. Digits count from the prompt: 1 满意, 2 基本满意, 3 不满意.
 */
export function readJudgement(said: string): Judgement | null {
  const text = said.normalize('NFKC').trim()
  const parts = named.exec(text)
  if (parts) return endsAt(parts[2]!, parts[3]!, afterSecondDigit) ? judged(parts[1]!, parts[2]!, parts[3]!) : null
  const both = pair.exec(text)
  if (both) {
    // "13号楼" and "1、2都坏了" are no pair of grades as "1 1" and "1，2" are.
    const rule = /^[\s,，]+$/u.test(both[2]!) ? afterSecondDigit : afterDigit
    return endsAt(both[3]!, both[4]!, rule) ? judged(both[1]!, both[3]!, both[4]!) : null
  }
  const one = single.exec(text)
  return one && endsAt(one[1]!, one[2]!, afterDigit, true) ? judged(one[1]!, one[1]!, one[2]!) : null
}

function judged(attitude: string, result: string, after: string): Judgement {
  return { attitude: words[attitude]!, result: words[result]!, why: rest(after) }
}

/** Whether the grade ends where it seems to: "满意度太低了", "2楼漏水" and "13号楼" begin like a judgement and are none. */
function endsAt(graded: string, after: string, digitRule: RegExp, isAlone = false): boolean {
  if (/^\d$/.test(graded)) return digitRule.test(after)
  if (/^[度率见]/u.test(after)) return false
  // Nobody says 不满意 by the way; 满意 or 一般 also begin other sentences.
  if (!isAlone || words[graded] === 1) return true
  return !/^[\p{L}\p{N}]/u.test(after) || /^(?:[了的啊呀吧呢]|谢|感谢|辛苦)/u.test(after)
}

function rest(text: string): string {
  return text.replace(/^[\s,，。.;；:：、!！了的啊呀吧呢]+/u, '').trim()
}
