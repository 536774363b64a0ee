/** One line of a group's talk, as far as it decides whether it concerns us. */
export interface Line {
  room: { id: string; topic: string }
  from: string
  /** Null for a picture and the like. */
  text: string | null
  /** What we are called in that group: our name, and the alias we have there. */
  names: readonly string[]
  /** By the platform's own list of who was mentioned. */
  mentionsUs: boolean
  mentionsOthers: boolean
  at: Date
}

/** Why a line is passed on, and its words without what only called us; null: it is none of our business. */
type Heed = { heard: 'addressed' | 'following' | 'listening'; text: string | null } | null

export interface EarOptions {
  /** `码上`: a line that opens with it, parted from the rest, is said to us. */
  openingWords: readonly string[]
  listensIn: (topic: string) => boolean
  /** How long after addressing us a person's next lines still belong to it; a minute unless given. */
  followMs?: number
}

export interface Ear {
  heed(line: Line): Heed
  /** What this person says next in that group is said to us. */
  attend(room: string, from: string, at: Date): void
}

/** What parts a name from the words behind it. U+2005 is what WeChat's own clients write after a mention. */
const parting = String.raw`[\s\u2005,，:：。.!！?？、~～—-]`
const everybody = /@(?:所有人|all\b)/iu
/** People who addressed us lately, more than any minute holds. */
const mostRemembered = 10_000

/** Decides what of a group's talk is ours. Everything else goes no further than this, not even into a file. */
export function createEar({ openingWords, listensIn, followMs = 60_000 }: EarOptions): Ear {
  const until = new Map<string, number>()

  function attend(room: string, from: string, at: Date): void {
    const key = `${room}\n${from}`
    until.delete(key)
    until.set(key, at.getTime() + followMs)
    // The oldest stand first, since a renewed one is put last.
    for (const old of until.keys()) {
      if (until.size <= mostRemembered) break
      until.delete(old)
    }
  }

  return {
    attend,
    heed({ room, from, text, names, mentionsUs, mentionsOthers, at }) {
      const called = text === null ? null : withoutCall(text, names, openingWords, mentionsUs)
      if (called !== null) {
        attend(room.id, from, at)
        return { heard: 'addressed', text: called }
      }
      const toOthers = mentionsOthers || text?.trimStart().startsWith('@') === true
      const time = at.getTime()
      const follows = until.get(`${room.id}\n${from}`) ?? 0
      if (!toOthers && time <= follows && time >= follows - followMs) return { heard: 'following', text }
      // To listen is to judge by words alone: a picture without any tells nothing.
      return text !== null && !toOthers && listensIn(room.topic) ? { heard: 'listening', text } : null
    },
  }
}

/** The words without the mention or the opening word, trimmed; null when they were not said to us. */
function withoutCall(
  text: string,
  names: readonly string[],
  openingWords: readonly string[],
  mentionsUs: boolean,
): string | null {
  if (everybody.test(text)) return null
  // macOS clients leave the list of mentions empty: the name as written counts as well.
  // https://github.com/wechaty/wechaty/issues/1969
  // The longest first: one of our names may begin another.
  for (const name of [...names].sort((a, b) => b.length - a.length)) {
    const call = new RegExp(`@${literally(name)}(?:${parting}+|$)`, 'u')
    const found = call.exec(text)
    if (found && (mentionsUs || text.slice(0, found.index).trim() === '')) return joined(text, found)
  }
  if (mentionsUs) {
    // By an alias that we don't know of: what stands at the beginning is it.
    const found = /^\s*@[^\s\u2005]+[\s\u2005]*/u.exec(text)
    return found ? joined(text, found) : text.trim()
  }
  for (const word of openingWords) {
    const found = new RegExp(`^\\s*${literally(word)}(?:${parting}+|$)`, 'u').exec(text)
    if (found) return joined(text, found)
  }
  return null
}

function joined(text: string, { 0: call, index }: RegExpExecArray): string {
  const before = text.slice(0, index).trim()
  const behind = text.slice(index + call.length).trim()
  return before === '' || behind === '' ? before + behind : `${before} ${behind}`
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}
