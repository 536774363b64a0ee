import { isOpen } from '#cases'
import { caseView, gradeLabels } from '#templates'
import type { Entry } from '../working-set.ts'
import type { CodeCommand, ResidentCommand } from './commands.ts'
import { readCommand } from './commands.ts'
import { readJudgement } from './judgement.ts'
import type { Judgement } from './judgement.ts'
import { readDeputyWord, takeNumber } from './deputy-words.ts'
import { isLetter } from './join.ts'
import { readLocation } from './location.ts'
import { hearChoice } from './choice.ts'
import { actorOn, mine } from './mine.ts'
import { isChoice } from './question.ts'
import { callPerson, quote } from './quote.ts'
import { caseJoined, open, report, representing } from './report.ts'
import { seenWhenSpoken } from './seen.ts'
import { perform, proofOf, reply } from './turn.ts'
import type { Reply, Turn } from './turn.ts'

/** Words of a resident: a command, a judgement, small talk, or a matter. */
export function hearResident(turn: Turn): Reply {
  const { words, desk } = turn
  if (words === null) return reply('ignored', null)
  if (!words.spoken) return report(turn, readLocation(turn))

  const own = hearAboutOwn(turn)
  if (own) return own

  const reading = desk.reader.read(words.text)
  turn.speaker.memory.quoted = null
  // Whoever writes a letter has something to say, whatever else it mentions.
  if (isLetter(words.text)) return report(turn, reading)
  const { asked } = turn.speaker.memory
  const awaitsAnswer = asked !== null && !isChoice(asked)
  if (reading.kind === 'progress') return showProgress(turn, null)
  if (reading.kind === 'evaluation' && !awaitsAnswer) {
    const own = mine(turn)
    // Praise or blame of an answer we don't have is a matter like any other, unless nothing but the word was said.
    if (own.length === 0 || readJudgement(words.text)) return reply('evaluation', desk.say('nothing-open', {}))
  }
  if (reading.kind === 'chitchat' && !(awaitsAnswer && reading.place !== null)) {
    // What was only guessed to be talk, and comes on the heels of a matter, is more likely a part of it.
    const guessed = reading.reasons.some((reason) => reason.startsWith('kind:chitchat<model'))
    return guessed && caseJoined(turn, reading) ? report(turn, reading) : chat(turn, words.text)
  }
  return (awaitsAnswer ? null : quote(turn, reading)) ?? report(turn, reading)
}

/** A command, the answer to a choice, or the judgement that is awaited; null when it is none of them. */
export function hearAboutOwn(turn: Turn): Reply | null {
  const said = turn.words?.spoken ? turn.words.text : null
  if (said === null) return null
  const command = readCommand(said)
  if (command && isOwn(command)) return obey(turn, command)
  const chosen = hearChoice(turn)
  if (chosen) return chosen
  const named = judgeNamed(turn, said)
  if (named) return named
  const awaited = toBeJudged(turn)
  const judgement = awaited && readJudgement(said)
  return judgement && judge(turn, awaited, judgement)
}

/** "1042-9 满意", or as a tap says it, "满意 1042-9": of several answers, the one they name. */
function judgeNamed(turn: Turn, said: string): Reply | null {
  const text = said.normalize('NFKC').trim()
  const before = /^\D*/u.exec(text)![0]
  const [number, after] = takeNumber(text.slice(before.length))
  if (number === null) return null
  const grade = before.replace(/[\s,、;:]*(?:编号|#)?[\s:]*$/u, '')
  // Tapped once more, it is no judgement of another one. What begins with a number may be more words on that case.
  const named = (grade === '' ? answered(turn) : mine(turn)).find((entry) => entry.case.number === number)
  const words = `${grade} ${after}`.trim()
  // Without the number, whose first digit could be read as a second grade.
  const judgement = named && readJudgement(words)
  return judgement ? { ...judge(turn, named, judgement), relayed: words } : null
}

type OwnCommand = Exclude<ResidentCommand, CodeCommand>

function isOwn(command: ResidentCommand): command is OwnCommand {
  return command.do !== 'bind' && command.do !== 'pickup' && command.do !== 'unbind'
}

function obey(turn: Turn, command: OwnCommand): Reply {
  const { desk, speaker, now } = turn
  switch (command.do) {
    case 'help':
      return reply('help', desk.say('help', {}))
    case 'person':
      return callPerson(turn)
    case 'progress':
      return showProgress(turn, command.number)
    case 'anonymous': {
      const { number } = command
      const latest = mine(turn).find(({ case: each }) =>
        number === null ? isOpen(each.status) : each.number === number,
      )
      if (!latest && number !== null) return reply('anonymous', desk.say('number-unknown', { number }))
      if (!latest) {
        speaker.memory.anonymousNext = true
        return reply('anonymous', desk.say('anonymous-next', {}))
      }
      const { case: named } = latest
      const done = perform(turn, named.id, { type: 'anonymise' }, actorOn(latest, turn))
      const view = { c: caseView(latest, desk.directory, now), number: named.number }
      return reply('anonymous', desk.say(done.ok ? 'anonymous' : `refused-${done.refusal}`, view), named.id)
    }
    case 'withdraw': {
      const own = mine(turn)
      const named = command.number === null ? null : own.find((entry) => entry.case.number === command.number)
      if (named === undefined) return reply('withdraw', desk.say('number-unknown', { number: command.number }))
      const openOnes = own.filter((entry) => isOpen(entry.case.status))
      const chosen = named ?? (openOnes.length === 1 ? openOnes[0] : undefined)
      if (chosen === undefined) {
        if (openOnes.length === 0) return reply('withdraw', desk.say('nothing-open', {}))
        const views = openOnes.map((entry) => caseView(entry, desk.directory, now))
        return reply('withdraw', desk.say('withdraw-which', { cases: views }))
      }
      const { id, number } = chosen.case
      const done = perform(turn, id, { type: 'withdraw' }, actorOn(chosen, turn))
      const view = { c: caseView(chosen, desk.directory, now), number }
      return reply('withdraw', desk.say(done.ok ? 'withdrawn' : `refused-${done.refusal}`, view), id)
    }
  }
}

/** All their cases, or the one they named: only ever their own. */
export function showProgress(turn: Turn, number: string | null): Reply {
  const { desk, now } = turn
  const own = mine(turn)
  if (number !== null) {
    const named = own.find((entry) => entry.case.number === number)
    if (!named) return reply('progress', desk.say('number-unknown', { number }))
    const c = caseView(named, desk.directory, now)
    const words = named.answerText === null ? null : readDeputyWord(named.answerText)
    const said = words !== null && 'words' in words ? words.words : null
    const answer = [c.outcome, said].filter(Boolean).join('。') || null
    return reply('progress', desk.say('progress-one', { c: { ...c, answer }, proof: proofOf(named) }), named.case.id)
  }
  // What is still going on comes first; what is over only fills up the list.
  const shown = [...own.filter((each) => isOpen(each.case.status)), ...own.filter((each) => !isOpen(each.case.status))]
  if (shown.length === 0) return reply('progress', desk.say('progress-none', {}))
  const views = shown.slice(0, 10).map((entry) => caseView(entry, desk.directory, now))
  return reply('progress', desk.say('progress-list', { cases: views }))
}

/** The answered case whose judgement is awaited, or was let pass: the one answered last, of those whose answer they saw. */
function toBeJudged(turn: Turn): Entry | null {
  const all = answered(turn)
  const seen = seenWhenSpoken(turn).filter(({ isAnswer }) => isAnswer)
  const shown = all.filter((entry) => seen.some(({ caseId }) => caseId === entry.case.id))
  const waiting = (shown.length > 0 ? shown : all).sort((a, b) => {
    const sooner = Number(b.case.status === 'answered') - Number(a.case.status === 'answered')
    return sooner !== 0 ? sooner : a.case.answer!.at < b.case.answer!.at ? 1 : -1
  })
  const [first] = waiting
  if (first?.case.through === undefined) return first ?? null
  // Whoever answers for several residents speaks of the one they were last told about.
  const told = turn.speaker.pushed.find(({ caseId: id }) =>
    waiting.some(({ case: each }) => each.id === id && each.status === first.case.status && each.through !== undefined),
  )
  return waiting.find((entry) => entry.case.id === told?.caseId) ?? first
}

/** Cases with an answer that may be judged, now or still. */
function answered(turn: Turn): Entry[] {
  return mine(turn).filter(({ case: each }) => {
    if (each.answer === null || each.status === 'withdrawn') return false
    return each.status === 'answered' || (each.judgement !== null && each.judgement.result === null)
  })
}

function judge(turn: Turn, awaited: Entry, { attitude, result, why }: Judgement): Reply {
  const { desk, speaker, now } = turn
  const { id, number } = awaited.case
  const me = actorOn(awaited, turn)
  const done = perform(turn, id, { type: 'evaluate', attitude, result }, me)
  if (!done.ok) return reply('evaluation', desk.say(`refused-${done.refusal}`, { number }), id)
  // What is said against a deputy is no part of a case they hold: staff get it as one of its own.
  const reading = why === '' ? null : desk.reader.read(turn.words!.text)
  if (reading !== null && reading.accused.length > 0) {
    return me.party === 'grid_worker' ? open(turn, reading, representing(turn, me.id)) : open(turn, reading)
  }
  let entry = done.entry
  if (why !== '' && isOpen(entry.case.status)) {
    const added = perform(turn, id, { type: 'supplement', words: turn.words!.reference }, me)
    if (added.ok) entry = added.entry
  }
  const c = caseView(entry, desk.directory, now)
  if (result !== 1) {
    return reply(
      'evaluation',
      desk.say('evaluated', { c, attitude: gradeLabels[attitude], result: gradeLabels[result] }),
      id,
    )
  }
  speaker.memory.asked = why === '' ? { what: 'why', caseId: id, at: turn.saidAt } : null
  return reply('evaluation', desk.say('evaluated-reopened', { c, ask: why === '' }), id)
}

/** Talk that holds no matter. */
export function chat({ desk }: Turn, text: string): Reply {
  const template = /谢|辛苦|感恩/u.test(text)
    ? 'thanks'
    : /好|在吗|在么|hi|hello|喂|嗨/iu.test(text)
      ? 'greeting'
      : 'smalltalk'
  return reply('chitchat', desk.say(template, {}))
}
