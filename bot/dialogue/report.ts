import { newId } from '#base'
import { caseNumber, leadsElsewhere, routeByGuesses } from '#cases'
import type { Actor } from '#cases'
import { caseView } from '#templates'
import { separateProblems } from '#understanding'
import type { Reading } from '#understanding'
import type { Desk } from '../desk.ts'
import type { Entry } from '../working-set.ts'
import { caseToJoin } from './join.ts'
import type { Memory } from './memory.ts'
import { actorOn } from './mine.ts'
import { ask, guessesOf, meant, nextQuestion, questionFor, saysNothing, topicOf } from './question.ts'
import { perform, proofOf, reply } from './turn.ts'
import type { Reply, Turn } from './turn.ts'
import { placeOf } from './where-to.ts'

const opening = new Set(['appeal', 'suggestion', 'legislation', 'oversight', 'enquiry', 'praise'])

/** The case of theirs that these words belong to; null when they are a matter of their own. */
export function caseJoined(
  { speaker, desk, cases, words, saidAt }: Turn,
  reading: Reading | null,
  among: readonly Entry[] = cases.of(speaker.accounts),
  memory: Memory = speaker.memory,
): Entry | null {
  return caseToJoin(
    { text: words!.text, spoken: words!.spoken, reading, saidAt: new Date(saidAt) },
    among,
    memory,
    desk.city.deadlines.joinMinutes,
    desk.directory,
  )
}

/** The resident has said something that matters: it joins a case of theirs or opens a new one. */
export function report(turn: Turn, reading: Reading | null): Reply {
  const joined = caseJoined(turn, reading)
  return joined ? supplement(turn, joined, reading) : open(turn, reading)
}

/** Who reports, and for whom. */
export interface Reporter {
  actor: Actor
  /** The resident whose case it is. */
  resident: string
  scene: string | null
  /** Where it is taken to be, unless the words or the scene say better. */
  region: string | null
}

function oneself({ speaker }: Turn): Reporter {
  return {
    actor: { party: 'resident', id: speaker.id },
    resident: speaker.id,
    scene: speaker.memory.scene,
    region: null,
  }
}

/** Somebody new, and the grid worker as the way back; what they don't say of the place is the worker's own area. */
export function representing({ desk, now }: Turn, worker: string): Reporter {
  return {
    actor: { party: 'grid_worker', id: worker },
    resident: newId(now.getTime()),
    scene: null,
    region: desk.city.people.find(({ id }) => id === worker)?.region ?? null,
  }
}

/** Opens a case of its own, whatever else the resident has going on. */
export function open(turn: Turn, reading: Reading | null, by: Reporter = oneself(turn)): Reply {
  const { speaker, desk, now } = turn
  const words = turn.words!
  const { scene, actor } = by
  const scanned = scene === null ? null : desk.directory.scene(scene)
  const place = placeOf(reading, scanned?.station?.region ?? by.region, desk.directory)
  const accused = reading?.accused ?? []
  const id = newId(now.getTime())
  const said = saysNothing(turn, reading) ? null : reading
  const topic = topicOf(said)
  const guesses = guessesOf(said, desk.city.askBelow)
  const facts = { scene, place: place?.code ?? by.region, topic, accused, passedBy: [] }
  const urgency = reading?.urgency ?? 'routine'
  const opened = perform(
    turn,
    id,
    {
      type: 'open',
      id,
      number: caseNumber(turn.nextSerial()),
      ...(actor.party === 'resident' ? {} : { resident: by.resident }),
      scene,
      kind: reading && opening.has(reading.kind) ? reading.kind : 'appeal',
      topic,
      ...(guesses && { guesses }),
      place: place?.code ?? null,
      region: place?.code ?? scanned?.station?.region ?? by.region,
      urgency,
      accused,
      words: words.reference,
      reasons: reading?.reasons ?? [],
      routing: routeByGuesses(facts, urgency === 'routine' ? guesses : null, desk.directory),
    },
    actor,
    place?.text ?? null,
  )
  if (!opened.ok) throw new Error(`a new case was refused: ${opened.refusal}`)
  const proof = proofOf(opened.entry)
  if (speaker.memory.anonymousNext) {
    perform(turn, id, { type: 'anonymise' }, actor)
    speaker.memory.anonymousNext = false
  }

  const problems = reading !== null && words.spoken ? separateProblems(desk.reader, words.text, reading) : null
  const { tell, ...asked } = ask(turn, questionFor(turn, opened.entry, reading, problems), opened.entry.case)
  const answer = desk.say('receipt', {
    c: caseView(opened.entry, desk.directory, now),
    danger: dangerOf(turn, reading),
    ...asked,
    proof,
  })
  const told = { ...reply('opened', answer, id), ...(tell && { tell }) }
  return actor.party === 'resident' ? told : { ...told, represented: by.resident }
}

/** Adds these words to a case, with what they tell of it. */
export function supplement(turn: Turn, joined: Entry, reading: Reading | null): Reply {
  const { desk, now } = turn
  const { id } = joined.case
  const me = actorOn(joined, turn)
  let entry = joined
  // First who answers, then the words: they go to whoever holds the case now.
  const learnt = whatIsNew(joined, meant(turn, joined, reading), desk)
  if (learnt) {
    const { scene, accused, passedBy, through, region } = joined.case
    const place = learnt.place ?? joined.case.place ?? (through === undefined ? null : region)
    const topic = learnt.topic ?? joined.case.topic
    const facts = { scene, place, topic, accused, passedBy }
    const routing = leadsElsewhere(joined.case, learnt.place ?? null, desk.directory)
      ? routeByGuesses(facts, learnt.topic === undefined ? (joined.case.guesses ?? null) : null, desk.directory)
      : null
    const classified = perform(turn, id, { type: 'classify', ...learnt, routing }, me)
    if (classified.ok) entry = classified.entry
  }
  const added = perform(turn, id, { type: 'supplement', words: turn.words!.reference }, me, placeWords(joined, reading))
  if (!added.ok) return reply('refused', desk.say(`refused-${added.refusal}`, { number: joined.case.number }), id)
  entry = added.entry
  const next = nextQuestion(turn, entry, reading)
  const answer = desk.say('joined', {
    c: caseView(entry, desk.directory, now),
    moved: entry.case.deputy !== joined.case.deputy,
    danger: dangerOf(turn, reading),
    ask: next?.ask ?? null,
    question: next?.question ?? null,
  })
  return { ...reply('joined', answer, id), ...(next?.tell && { tell: next.tell }) }
}

/** What they call the place, if that says more than what is known. */
function placeWords({ case: known, placeText }: Entry, reading: Reading | null): string | null {
  const place = reading?.place ?? null
  if (place === null || known.place !== null) return null
  return placeText === null || place.code !== null ? place.text : null
}

/** What these words tell that the case didn't know; null when nothing. */
function whatIsNew({ case: known }: Entry, reading: Reading | null, { city }: Desk) {
  if (reading === null) return null
  const code = reading.place?.code ?? null
  // What was only guessed is settled by words that are sure.
  const settled = known.guesses !== undefined && reading.topicConfidence >= city.askBelow
  const topic = known.topic === null || settled ? topicOf(reading) : null
  const more = {
    ...(known.place === null && code !== null ? { place: code, region: code } : {}),
    ...(topic === null ? {} : { topic }),
    ...(reading.urgency === 'urgent' && known.urgency === 'routine' ? { urgency: reading.urgency } : {}),
  }
  return Object.keys(more).length === 0 ? null : more
}

/** Whom to ring, when a life is in danger now. */
export function dangerOf({ desk }: Turn, reading: Reading | null): { number: string; advice: string } | null {
  if (reading?.urgency !== 'emergency') return null
  return (reading.danger === null ? undefined : desk.city.emergency[reading.danger]) ?? { number: '110', advice: '' }
}
