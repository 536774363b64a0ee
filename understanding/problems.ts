import type { Reader } from './reader.ts'
import type { Reading } from './reading.ts'

/** One matter of a message that holds several. */
export interface Problem {
  text: string
  reading: Reading
}

/**
 * Where people go on to the next matter, at the beginning of a clause: a number (but not 第二天, 1楼 or 1月), a word such as
 * 另外, or what follows a semicolon or a line's end. A full stop alone is no such sign: most stories have several.
 */
const beginnings =
  /(?<=^|[。！？!?;；，,:：、\n\s)）])(?:(?<number>第[一二三四五六](?:[个件点](?:事|问题)?)?(?=[是,，、:：\s就])|(?:问题|其)[一二三四五六](?=[是,，、:：\s])|[一二三四五六](?:是(?!一)|、)|一(?:个|件事?)是|[1-6１-６]\s*[、.．)）](?!\d)|[①-⑥]|[(（][1-6一二三四五六][)）])|(?<turn>另外|还有|还想|再(?:就是|一个|一件|有|者|问|说|反映)|其次|顺便|对了))|(?<=[;；\n])(?<stop>)(?=.)/gu
const announced = /[两二三四几][个件]?(?:事|问题|方面|件)/u
/** 另外车里也脏; 另外说了好几遍没用: one more word on the same matter. */
const same = /也|(?:说|反映|投诉|找)[了过]/u
const shortest = { number: 4, turn: 8, stop: 6 }
/** More of them are a list of complaints, and one case. */
export const mostProblems = 6
const longest = 400
const sure = 0.6
/** Enough for what stands first: it is often begun by a greeting. */
const likely = 0.4
const opens = new Set(['appeal', 'suggestion', 'enquiry', 'oversight', 'legislation'])

type Sign = keyof typeof shortest
interface Part extends Problem {
  sign: Sign | null
}

/**
 * The separate matters of one message, each of another topic; null where there is one, which is told without reading it
 * again. `whole` is the reading of all of it.
 */
export function separateProblems(reader: Reader, text: string, whole: Reading): Problem[] | null {
  // Letters tell one story in many words; only what is short enough to be a list is taken apart.
  if (text.length > longest || !opens.has(whole.kind)) return null
  // Most texts hold none, and to be told so is cheaper than to be given an empty list.
  if (text.search(beginnings) < 0) return null
  const cuts = [...text.matchAll(beginnings)]
  if (cuts.length === 1 && cuts[0]!.index === 0) return null
  const parts: Part[] = []
  for (const { sign, text: part } of cutAt(text, cuts)) {
    const last = parts.at(-1)
    const read = reader.read(part)
    if (
      !last ||
      (isMatter(read) && isMatter(last.reading, likely) && isOther({ sign, text: part, reading: read }, last))
    ) {
      parts.push({ sign, text: part, reading: read })
    } else {
      parts[parts.length - 1] = { ...joined(reader, last, part), sign: last.sign }
    }
  }
  const [first, second] = parts
  if (!first || !second || parts.length > mostProblems) return null
  // 物业不作为：第一…第二…: the numbers tell of the matter that stands before them.
  const isList = first.sign === null && second.sign === 'number' && isMatter(first.reading)
  if (isList && !announced.test(first.text)) return null
  return parts.map(({ text: said, reading }) => ({ text: said, reading }))
}

function cutAt(text: string, cuts: readonly RegExpExecArray[]): { sign: Sign | null; text: string }[] {
  const parts: { sign: Sign | null; text: string }[] = []
  let from = 0
  let sign: Sign | null = null
  for (const { index, groups } of cuts) {
    if (text.slice(from, index).trim() !== '') parts.push({ sign, text: text.slice(from, index) })
    else if (index > from && parts.length > 0) parts.at(-1)!.text += text.slice(from, index)
    // ；另外…: what was begun by a stop goes by the word behind it.
    from = parts.length === 0 && text.slice(0, index).trim() === '' ? 0 : index
    sign = groups?.['number'] !== undefined ? 'number' : groups?.['turn'] !== undefined ? 'turn' : 'stop'
  }
  parts.push({ sign, text: text.slice(from) })
  return parts
}

const isMatter = ({ kind, topic, topicConfidence }: Reading, least = sure): boolean =>
  opens.has(kind) && topic !== null && topicConfidence >= least
const first = ({ topic }: Reading): string | undefined => topic?.split('/')[0]

function isOther({ sign, text, reading }: Part, last: Part): boolean {
  const length = text.replace(beginnings, '').replace(/[^\p{L}\p{N}]/gu, '').length
  if (length < shortest[sign ?? 'stop']) return false
  if (sign !== 'number' && same.test(text)) return false
  if (first(reading) !== first(last.reading)) return true
  // 路灯坏了，另外垃圾没人清: both are the city's upkeep, and two matters all the same.
  return sign !== 'stop' && isExact(reading) && isExact(last.reading) && reading.topic !== last.reading.topic
}

const isExact = ({ topic }: Reading): boolean => topic?.split('/').length === 3

/** What names no matter of its own stays with the part before it, and decides what that is where it is only a greeting. */
function joined(reader: Reader, { text, reading }: Problem, part: string): Problem {
  const both = text + part
  return { text: both, reading: isMatter(reading, likely) ? reading : reader.read(both) }
}
