const sentenceEnds = '。！？!?\n'

/**
 * Cuts text into parts of at most `maxBytes` UTF-8 bytes: after the last sentence end that fits, else between two
 * code points. The parts put together are the text again; an empty text has none.
 */
export function splitText(text: string, maxBytes = 2048): string[] {
  // A unit of UTF-16 is at most 3 bytes of UTF-8: what is short needs no counting.
  if (text.length * 3 <= maxBytes) return text === '' ? [] : [text]
  const parts: string[] = []
  let start = 0
  while (start < text.length) {
    const end = cutAfter(text, start, maxBytes)
    parts.push(text.slice(start, end))
    start = end
  }
  return parts
}

function cutAfter(text: string, start: number, maxBytes: number): number {
  let bytes = 0
  let end = start
  let sentenceEnd = start
  while (end < text.length) {
    const codePoint = text.codePointAt(end)!
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4
    if (bytes > maxBytes) {
      // A limit under one code point still moves on by one: a part too long beats a loop without end.
      return sentenceEnd > start ? sentenceEnd : Math.max(end, start + (text.codePointAt(start)! > 0xffff ? 2 : 1))
    }
    end += codePoint > 0xffff ? 2 : 1
    if (sentenceEnds.includes(String.fromCodePoint(codePoint))) sentenceEnd = end
  }
  return end
}
