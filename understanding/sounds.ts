import { Automaton } from './automaton.ts'
import type { Hit } from './automaton.ts'
import type { Mark } from './finds.ts'
import { alike, common, everyday } from './lexicon/sounds.ts'

/** By code unit, the first of the characters that sound like it; itself where none is listed. */
const soundOf = Uint16Array.from({ length: 0x10000 }, (_, code) => code)
for (const group of alike) for (const each of group) soundOf[each.charCodeAt(0)] = group.charCodeAt(0)

/** Of a few hundred characters at most: longer ones come in parts. */
const part = 256
const codes = new Uint16Array(part)

export function sounding(text: string): string {
  let sound = ''
  for (let from = 0; from < text.length; from += part) {
    const end = Math.min(part, text.length - from)
    for (let at = 0; at < end; at++) codes[at] = soundOf[text.charCodeAt(from + at)]!
    sound += String.fromCharCode(...codes.subarray(0, end))
  }
  return sound
}

interface Heard {
  word: string
  mark: Mark
}

/** Words by their sound: voice input writes 路登 for 路灯. For texts in which no word was found as it is spelt. */
export class SoundList {
  readonly #automaton = new Automaton<Heard>()

  /** `words`: normalised. One character alone sounds like too many others. */
  constructor(words: Iterable<[string, Mark]>) {
    for (const [word, mark] of words) if (word.length > 1) this.#automaton.add(sounding(word), { word, mark })
  }

  /** Words of which exactly one character is another that sounds alike. */
  hits(text: string): Hit<Mark>[] {
    const hits: Hit<Mark>[] = []
    for (const { start, end, marks } of this.#automaton.scan(sounding(text))) {
      const written = text.slice(start, end)
      if (everyday.has(written)) continue
      const meant = marks.filter(({ word }) => misheard(word, written)).map(({ mark }) => mark)
      if (meant.length > 0) hits.push({ start, end, marks: meant })
    }
    return hits
  }
}

function misheard(meant: string, written: string): boolean {
  let other = ''
  for (let at = 0; at < meant.length; at++) if (meant[at] !== written[at]) other += written[at]
  return other.length === 1 && !(meant.length === 2 && common.has(other))
}
