import type { Reader } from './reader.ts'
import type { Reading } from './reading.ts'

/** One matter of a message that holds several. */
export interface Problem {
  text: string
  reading: Reading
}

/** Where people go on to the next matter: 另外, 还有, 第二, 2、 … at the beginning of a clause. */
const turns =
  /(?<=[。！？!?;；\n，,\s])(?=(?:另外|还有就是|还有|再就是|再一个|再者|其次|第[一二三四五六]|其[二三四]|[二三四五六][、是]|[1-6１-６]\s*[、.．)）]))|(?<=[。！？!?;；\n])/
const least = 5
const most = 6
const opens = new Set(['appeal', 'suggestion', 'enquiry', 'oversight', 'legislation'])

/**
 * The separate matters of one message, each of another topic; a single one gives the whole. A part that names no
 * matter of its own (谢谢, 我家住三楼) stays with the one before it.
 */
export function separateProblems(reader: Reader, text: string): Problem[] {
  const whole = { text, reading: reader.read(text) }
  // Letters tell one story in many words; only what is short enough to be a list is taken apart.
  if (text.length > 400) return [whole]
  const parts = text.split(turns).filter((part) => part.trim() !== '')
  const problems: Problem[] = []
  for (const part of parts) {
    const reading = reader.read(part)
    const last = problems.at(-1)
    const known = reading.topic !== null && reading.topicConfidence >= 0.6 && opens.has(reading.kind)
    const own = known && part.trim().length >= least && first(reading) !== (last && first(last.reading))
    if (!last || own) problems.push({ text: part, reading })
    else problems[problems.length - 1] = joined(reader, last, part)
  }
  return problems.length < 2 || problems.length > most || problems.some(({ reading }) => !opens.has(reading.kind))
    ? [whole]
    : problems
}

const first = ({ topic }: Reading): string | undefined => topic?.split('/')[0]

/** The first part is often a greeting: what follows decides. */
function joined(reader: Reader, { text, reading }: Problem, part: string): Problem {
  const both = text + part
  return { text: both, reading: opens.has(reading.kind) && reading.topic !== null ? reading : reader.read(both) }
}
