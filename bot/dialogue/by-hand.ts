import { isOpen } from '#cases'
import type { Reading } from '#understanding'
import type { Entry } from '../working-set.ts'
import { ownMatter, readCommand } from './commands.ts'
import { takeNumber } from './deputy-words.ts'
import { mayHold } from './join.ts'
import { readLocation } from './location.ts'
import { mine } from './mine.ts'
import { caseJoined, open, report, representing, supplement } from './report.ts'
import { chat, hearAboutOwn, showProgress } from './resident.ts'
import { reply } from './turn.ts'
import type { Reply, Turn } from './turn.ts'

const forAnother = /^(?:代\s?报|代为?反映)[\s:：,，]*/u
const more = /^补充[\s:：,，]*/u

/**
 * A grid worker's words: for residents without a phone (代报), about what they reported for them, and for themselves
 * (反映). Nothing else opens a case, and what was said for one resident never joins what was said for another.
 */
export function hearGridWorker(turn: Turn, worker: string): Reply {
  const said = hear(turn, worker)
  const byHand = said.caseId !== null && turn.cases.get(said.caseId)?.case.through === worker
  return byHand && said.answer !== null ? { ...said, answer: turn.desk.say('by-hand', { text: said.answer }) } : said
}

function hear(turn: Turn, worker: string): Reply {
  const { words, desk } = turn
  if (words === null) return reply('ignored', null)
  if (!words.spoken) return addToLatest(turn, worker, readLocation(turn)) ?? help(turn)

  const text = words.text.trim()
  if (readCommand(text)?.do === 'help') return { ...help(turn), meaning: 'help' }
  const named = forAnother.exec(text)
  if (named) return reportFor(inOtherWords(turn, text.slice(named[0].length)), worker)
  const own = hearAboutOwn(turn)
  if (own) return own
  const [number, rest] = takeNumber(text)
  if (number !== null && rest !== '') return addTo(inOtherWords(turn, rest), worker, number)
  const oneself = ownMatter(text)
  if (oneself !== null) {
    const matter = inOtherWords(turn, oneself)
    return matter.words!.text === '' ? help(turn) : report(matter, desk.reader.read(matter.words!.text))
  }
  const added = more.exec(text)
  const rephrased = added ? inOtherWords(turn, text.slice(added[0].length)) : turn
  if (rephrased.words!.text === '') return help(turn)
  const reading = desk.reader.read(rephrased.words!.text)
  const joined = addToLatest(rephrased, worker, reading, added !== null)
  if (joined) return joined
  return reading.kind === 'chitchat' ? chat(turn, text) : help(turn)
}

/** `代报 …`: a matter of its own, unless a number says which one it belongs to. */
function reportFor(turn: Turn, worker: string): Reply {
  const [number, rest] = takeNumber(turn.words!.text)
  if (number !== null) return rest === '' ? showProgress(turn, number) : addTo(inOtherWords(turn, rest), worker, number)
  if (rest === '') return reply('incomplete', turn.desk.say('by-hand-needs-words', {}))
  return openFor(turn, worker, turn.desk.reader.read(rest))
}

function openFor(turn: Turn, worker: string, reading: Reading | null): Reply {
  return relayed(turn, open(turn, reading, representing(turn, worker)))
}

/** Words for the case they name. */
function addTo(turn: Turn, worker: string, number: string): Reply {
  const entry = mine(turn).find((each) => each.case.number === number)
  if (!entry) return reply('unknown-number', turn.desk.say('number-unknown', { number }))
  return join(turn, worker, entry, turn.desk.reader.read(turn.words!.text))
}

/**
 * Words without a number go to the case spoken of last: to the one we asked about, or that they spoke of a moment ago;
 * `meant`: however long ago it was. Null when there is none.
 */
function addToLatest(turn: Turn, worker: string, reading: Reading | null, meant = false): Reply | null {
  const open = mine(turn).filter((entry) => isOpen(entry.case.status))
  const asked = turn.speaker.memory.asked
  const latest =
    open.find((entry) => entry.case.id === asked?.caseId) ??
    // Platforms tell the time in whole seconds: of what was said in one, the newest case, which comes first.
    [...open].sort((a, b) => Date.parse(b.lastSaidAt) - Date.parse(a.lastSaidAt))[0]
  if (latest === undefined) return null
  const { memory } = turn.speaker
  const fits = meant || caseJoined(turn, reading, [latest], { ...memory, scene: latest.case.scene }) !== null
  return fits ? join(turn, worker, latest, reading) : null
}

/** A complaint about a deputy and a danger to life are matters of their own, also when they were said of another. */
function join(turn: Turn, worker: string, entry: Entry, reading: Reading | null): Reply {
  if (mayHold(entry, reading)) return relayed(turn, supplement(turn, entry, reading))
  return entry.case.through === worker ? openFor(turn, worker, reading) : open(turn, reading)
}

function help({ desk }: Turn): Reply {
  return reply('not-understood', desk.say('grid-help', {}))
}

/** The same turn, with the words as they are meant for others. */
function inOtherWords(turn: Turn, text: string): Turn {
  return { ...turn, words: { ...turn.words!, text: text.trim() } }
}

function relayed({ words }: Turn, said: Reply): Reply {
  return { ...said, relayed: words!.text }
}
