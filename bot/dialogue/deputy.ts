import { caseView, hideNumbers, outcomeLabels } from '#templates'
import type { Case } from '#cases'
import type { Entry } from '../working-set.ts'
import { readDeputyWord, verbNames } from './deputy-words.ts'
import type { DeputyVerb, DeputyWord } from './deputy-words.ts'
import { readPromiseDate } from './promise-date.ts'
import { seenWhenSpoken } from './seen.ts'
import { perform, reply } from './turn.ts'
import type { Reply, Turn } from './turn.ts'
import { route } from '#cases'
import { judgeAnswer } from '#understanding'

/** A bound deputy's words about the cases they hold; null when they are not about any. */
export function hearDeputy(turn: Turn, deputy: string): Reply | null {
  const { words, desk, cases, now } = turn
  if (words === null || !words.spoken) return null
  const word = readDeputyWord(words.text)
  if (word === null) return null
  const inHand = cases.heldBy(deputy)
  const example = inHand[0]?.case.number ?? '1042-9'
  switch (word.do) {
    case 'help':
      return reply('help', desk.say('deputy-help', { example }))
    case 'list':
      return reply(
        'list',
        desk.say('deputy-list', { cases: inHand.map((entry) => caseView(entry, desk.directory, now)) }),
      )
    case 'detail': {
      const chosen = choose(turn, inHand, word.number, () => true)
      if ('answer' in chosen) return chosen
      return reply(
        'detail',
        desk.say('deputy-detail', {
          c: caseView(chosen, desk.directory, now),
          said: saidOf(chosen),
        }),
        chosen.case.id,
      )
    }
    case 'release': {
      const chosen = choose(turn, inHand, word.number, ({ held }) => held !== undefined, '照发')
      if ('answer' in chosen) return chosen
      const { id, number } = chosen.case
      const done = perform(turn, id, { type: 'release' }, { party: 'deputy', id: deputy })
      if (!done.ok) return reply('refused', desk.say(`refused-${done.refusal}`, { number }), id)
      return reply('released', desk.say('deputy-released', { c: caseView(done.entry, desk.directory, now) }), id)
    }
    default:
      return carryOut(turn, deputy, inHand, word)
  }
}

/** What a deputy may read of it: without what tells who an anonymous resident is. */
function saidOf({ case: { anonymous }, firstText }: Entry): string[] {
  if (firstText === null) return []
  return [anonymous ? hideNumbers(firstText) : firstText]
}

type Deed = Extract<DeputyWord, { do: DeputyVerb }>

/** What each verb can be said of. */
const fits: Record<DeputyVerb, (state: Case) => boolean> = {
  accept: ({ status }) => status === 'routed',
  decline: ({ status }) => status === 'routed' || status === 'accepted',
  progress: () => true,
  answer: () => true,
}

const samples: Record<DeputyVerb, { what: string; sample: string }> = {
  accept: { what: '', sample: '' },
  decline: { what: '退回的原因', sample: '不归我们镇管' },
  progress: { what: '进展', sample: '电工明天到现场' },
  answer: { what: '答复内容', sample: 'A 路灯已换新' },
}

function carryOut(turn: Turn, deputy: string, inHand: Entry[], word: Deed): Reply {
  const { desk, now } = turn
  const verb = verbNames[word.do]
  const chosen = choose(turn, inHand, word.number, fits[word.do], verb)
  if ('answer' in chosen) return chosen
  const { id, number } = chosen.case
  const say = (refusal: string, answer: string) => reply(refusal, answer, id)

  if (word.do === 'answer' && word.outcome === null) {
    return say('incomplete', desk.say('deputy-needs-outcome', { number }))
  }
  if (word.do !== 'accept' && word.words === '') {
    return say('incomplete', desk.say('deputy-needs-words', { verb, number, ...samples[word.do] }))
  }
  const done = perform(turn, id, commandFor(turn, chosen, word), { party: 'deputy', id: deputy })
  if (!done.ok) return say('refused', desk.say(`refused-${done.refusal}`, { number }))
  const c = caseView(done.entry, desk.directory, now)
  switch (word.do) {
    case 'accept':
      return reply('accepted', desk.say('deputy-accepted', { c }), id)
    case 'decline':
      return { ...reply('declined', desk.say('deputy-declined', { c }), id), relayed: word.words }
    case 'progress':
      return { ...reply('progressed', desk.say('deputy-progressed', { c }), id), relayed: word.words }
    case 'answer':
      // It waits for a better one: nobody has been told anything.
      if (done.entry.case.held !== undefined) {
        return say('asked-back', desk.say('deputy-ask-back', { c, outcome: word.outcome }))
      }
      return {
        ...reply('answered', desk.say('deputy-answered', { c, outcome: outcomeLabels[word.outcome!] }), id),
        relayed: word.words,
      }
  }
}

function commandFor({ words, desk, now }: Turn, { case: held }: Entry, word: Deed) {
  const reference = words!.reference
  switch (word.do) {
    case 'accept':
      return { type: 'accept' } as const
    case 'decline': {
      const passedBy = held.deputy === null ? held.passedBy : [...held.passedBy, held.deputy]
      const facts = {
        scene: held.scene,
        place: held.place ?? held.region,
        topic: held.topic,
        accused: held.accused,
        passedBy,
      }
      return { type: 'decline', words: reference, routing: route(facts, desk.directory) } as const
    }
    case 'progress':
      return { type: 'progress', words: reference } as const
    case 'answer':
      return {
        type: 'answer',
        words: reference,
        outcome: word.outcome!,
        keepBy: word.outcome === 'B' ? readPromiseDate(word.words, now) : null,
        askBack: judgeAnswer(word.words).evasive ? { tail: tailOf(words!.text, word.words) } : null,
      } as const
  }
}

/** How many characters at the end of a message are these words of it, which may stand there in their full-width form. */
function tailOf(said: string, answer: string): number {
  const text = said.trim()
  for (let tail = Math.max(1, answer.length - 40); tail <= text.length; tail++) {
    if (text.slice(-tail) === answer || text.slice(-tail).normalize('NFKC') === answer) return tail
  }
  return text.length
}

/** The case a deputy means: the one they named, else the only one there is, else the last one pushed to them, by itself. */
function choose(
  turn: Turn,
  inHand: Entry[],
  number: string | null,
  suits: (state: Case) => boolean,
  verb = '详情',
): Entry | Reply {
  const { speaker, desk, now, cases } = turn
  if (number !== null) {
    const named = inHand.find((entry) => entry.case.number === number)
    return named ?? reply('unknown-number', desk.say('deputy-number-unknown', { number }))
  }
  const suiting = inHand.filter((entry) => suits(entry.case))
  const fitting = (pushed: Turn['speaker']['pushed']) =>
    pushed.filter(({ caseId }) => suiting.some((entry) => entry.case.id === caseId))
  const pushed = fitting(speaker.pushed)
  const [last] = pushed
  const [seen] = fitting(seenWhenSpoken(turn))
  // With another's on its way as they spoke, or others in the message they had, nobody knows which of them they mean: they
  // are asked.
  const beside = pushed.some(({ caseId, endedAt }) => endedAt === seen?.endedAt && caseId !== seen.caseId)
  const sure = seen !== undefined && last?.caseId === seen.caseId && !beside
  const chosen = suiting.length === 1 ? suiting[0] : sure ? cases.get(seen.caseId) : undefined
  if (chosen) return chosen
  if (suiting.length === 0) return reply('nothing-in-hand', desk.say('deputy-none', { verb }))
  const views = suiting.map((entry) => caseView(entry, desk.directory, now))
  return reply('which', desk.say('deputy-which', { verb, cases: views }))
}
