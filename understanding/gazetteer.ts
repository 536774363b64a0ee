import { MashangError } from '#base'
import { everydayNames } from './lexicon/place.ts'
import { normalise } from './normalise.ts'
import { placeLevels } from './reading.ts'
import type { GazetteerEntry } from './reading.ts'

/** A name of the gazetteer and all that bear it. */
export interface PlaceName {
  entries: GazetteerEntry[]
  /** Made by leaving off the end (会宁 for 会宁县): `会宁路` is then another place. */
  short: boolean
}

/** The city's places by what people call them. */
export class Gazetteer {
  readonly #byCode = new Map<string, GazetteerEntry>()
  readonly names = new Map<string, PlaceName>()

  /** Throws `GAZETTEER_CODE_TWICE`. */
  constructor(entries: readonly GazetteerEntry[]) {
    for (const entry of entries) {
      if (this.#byCode.has(entry.code)) {
        throw new MashangError(`The gazetteer has the code ${entry.code} twice`, {
          code: 'GAZETTEER_CODE_TWICE',
          fix: 'Give each place of the city a code of its own.',
        })
      }
      this.#byCode.set(entry.code, entry)
    }
    for (const entry of entries) for (const name of [entry.name, ...entry.aliases]) this.#name(name, entry, false)
    for (const entry of entries) {
      const short = shortName(entry.name)
      if (short && !everydayNames.has(short)) this.#name(short, entry, true)
    }
  }

  #name(written: string, entry: GazetteerEntry, short: boolean): void {
    const name = normalise(written).text
    if (name.length < 2) return
    const known = this.names.get(name)
    if (!known) this.names.set(name, { entries: [entry], short })
    else if (!known.entries.includes(entry)) known.entries.push(entry)
  }

  /** True where `entry` is `code` itself or lies in it. A circle in the data ends the walk. */
  inside(entry: GazetteerEntry, code: string): boolean {
    const seen = new Set<string>()
    for (let at: GazetteerEntry | undefined = entry; at && !seen.has(at.code);) {
      if (at.code === code) return true
      seen.add(at.code)
      at = at.parent === null ? undefined : this.#byCode.get(at.parent)
    }
    return false
  }

  /**
   * The one that is meant: the only bearer; else the one in or around another place of the text; else the one in
   * `region`; else the one that holds all the others (白银 for the city with its district). Null when it stays open.
   */
  resolve(
    { entries }: PlaceName,
    others: readonly GazetteerEntry[],
    region: string | undefined,
  ): GazetteerEntry | null {
    if (entries.length === 1) return entries[0]!
    const related = entries.filter((entry) =>
      others.some((other) => this.inside(entry, other.code) || this.inside(other, entry.code)),
    )
    if (related.length === 1) return related[0]!
    const open = related.length > 0 ? related : entries
    const near = region === undefined ? [] : open.filter((entry) => this.inside(entry, region))
    if (near.length === 1) return near[0]!
    return open.find((entry) => open.every((other) => this.inside(other, entry.code))) ?? null
  }
}

export const depth = (entry: GazetteerEntry): number => placeLevels.indexOf(entry.level)

const ends = [
  '回族自治县',
  '自治区',
  '自治县',
  '自治州',
  '街道办事处',
  '街道办',
  '街道',
  '社区',
  '省',
  '市',
  '县',
  '区',
  '镇',
  '乡',
  '村',
]

function shortName(name: string): string | null {
  const end = ends.find((each) => name.endsWith(each) && name.length - each.length >= 2)
  return end === undefined ? null : name.slice(0, -end.length)
}
