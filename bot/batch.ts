import { randomUUID } from 'node:crypto'
import { commit, isoTime, newId } from '#base'
import type { ChannelRules, Inbound } from '#channels'
import { committedWords } from '#store'
import type { DeliveryRow, IntakeView, IntakeWrites, Keyring, MessageRow } from '#store'
import { packCardResult, splitText } from '#channels'
import { Accounts, representedRow } from './accounts.ts'
import type { Desk } from './desk.ts'
import { cardWord } from './dialogue/card-result.ts'
import { extraOf, wordsOf } from './dialogue/content.ts'
import { converse } from './dialogue/converse.ts'
import type { Reply, Turn } from './dialogue/turn.ts'
import { departedRow, erasureOf, isFetched } from './leaving.ts'
import { contactRow, keyOfSpeaker, openWindow, speakerOf } from './someone.ts'
import type { Someone } from './someone.ts'
import { deliveriesOf, delivery, laneOf } from './telling.ts'
import { settleUnsaid } from './unsaid.ts'
import { WorkingSet } from './working-set.ts'
import type { Effect } from './working-set.ts'

/** A message that waits to be written, with what it is looked up by. */
export interface Item {
  inbound: Inbound
  addressHash: Buffer
}

/** What becomes of one item: its answer (again, for a repetition), or that its signed request was used before. */
export type Verdict = { ok: true; answer: string | null; repeated: boolean } | { ok: false; code: 'PUSH_REPLAYED' }

export interface BatchTools {
  desk: Desk
  keyring: Keyring
  rules: ReadonlyMap<string, ChannelRules>
  nextSerial: () => number
  /** Told of a message that could not be thought about: it is stored all the same. */
  onFailure: (messageId: string, error: unknown) => void
}

/** Thinks about a batch, message by message in the order they came, and gathers what is to be written. */
export function thinkBatch(
  items: readonly Item[],
  view: IntakeView,
  tools: BatchTools,
): { verdicts: Verdict[]; writes: IntakeWrites } {
  const { desk } = tools
  const now = desk.clock()
  const cases = new WorkingSet(view.cases)
  const speakers = new Map<string, Someone>()
  const answered = new Map(view.answered)
  const usedNonces = new Set(view.usedNonces)
  const messages: MessageRow[] = []
  const deliveries: DeliveryRow[] = []
  const reopenedLanes = new Set<string>()
  const accounts = new Accounts(view)
  const resolved: IntakeWrites['resolved'] = []
  const represented: IntakeWrites['contacts'] = []
  const spentNonces: IntakeWrites['spentNonces'] = []
  const departed: Someone[] = []
  const erasures: IntakeWrites['erasures'] = []
  const media: IntakeWrites['media'] = []

  const verdicts = items.map(({ inbound, addressHash }): Verdict => {
    const key = `${inbound.channel} ${inbound.dedupeKey}`
    const earlier = answered.get(key)
    const nonceKey = `${inbound.channel} ${inbound.nonce}`
    if (earlier !== undefined) {
      // Its signature is used up too: in plain mode it would stand for any other body.
      if (inbound.nonce !== null && !usedNonces.has(nonceKey)) {
        usedNonces.add(nonceKey)
        spentNonces.push({ channel: inbound.channel, nonce: inbound.nonce })
      }
      return { ok: true, answer: earlier, repeated: true }
    }
    if (inbound.nonce !== null) {
      if (usedNonces.has(nonceKey)) return { ok: false, code: 'PUSH_REPLAYED' }
      usedNonces.add(nonceKey)
    }

    const speaker = speakerOf(inbound, addressHash, view, speakers, now)
    const speakerKey = keyOfSpeaker(inbound, addressHash)
    // Who only left, or of whom a platform only tells something, is nobody to us unless we know them.
    const isKnown = speakers.has(speakerKey)
    const { personId } = speaker
    if (openWindow(speaker, inbound, tools.rules, now) && !speaker.isNew) {
      // Who is on the rolls has two lanes: as themselves, and as a resident with matters of their own.
      for (const lane of new Set([laneOf(speaker), ...speaker.accounts])) reopenedLanes.add(lane)
    }
    const { message, reply, effects } = hear(inbound, speaker, cases, accounts, tools, now)
    accounts.note(reply, speaker, speakers.values())
    if (reply.represented !== undefined) represented.push(representedRow(reply.represented, now))
    const contactId = isKnown ? speaker.id : null
    if (inbound.content.type === 'unfollow' && contactId !== null) {
      const late = message.saidAt < (speaker.memory.lastSaidAt ?? '')
      erasures.push(erasureOf({ ...message, contactId }, personId, late))
      if (late) speaker.following = true
      else {
        departed.push(speaker)
        speakers.delete(speakerKey)
        view.contacts.delete(speakerKey)
      }
    } else if (inbound.content.type !== 'event' && message.saidAt > (speaker.memory.lastSaidAt ?? '')) {
      speaker.memory.lastSaidAt = message.saidAt
    }
    if (isFetched(inbound))
      media.push({ id: newId(now.getTime()), messageId: message.id, createdAt: message.receivedAt })

    const said = settleUnsaid(speaker, personId, inbound, reply, desk, now)
    resolved.push(...said.settled.map(({ id }) => ({ delivery: id, message: message.id })))
    const parts = said.answer === null ? [] : splitText(said.answer, mostBytes(inbound, tools))
    const answer = inbound.tap === undefined ? (parts.shift() ?? null) : null
    const onCard = inbound.tap === undefined ? null : cardWord(reply.meaning, desk.say)
    if (inbound.tap && onCard !== null) {
      const packed = packCardResult({ code: inbound.tap.code, text: onCard })
      deliveries.push(delivery(laneOf(speaker), speaker, reply.caseId, 'card-tapped', packed, now))
    }
    messages.push({ ...message, contactId, answer })
    for (const [at, part] of (reply.parts ?? []).entries()) {
      const dedupeKey = `${message.dedupeKey}/${at + 1}`
      messages.push({
        ...message,
        ...part,
        contactId,
        dedupeKey,
        nonce: null,
        type: 'part',
        meaning: 'part',
        answer: null,
      })
    }
    for (const text of parts) deliveries.push(delivery(laneOf(speaker), speaker, reply.caseId, 'continued', text, now))
    if (reply.privately !== undefined) {
      deliveries.push(delivery(laneOf(speaker), speaker, reply.caseId, 'in-private', reply.privately, now))
    }
    for (const { contactId: id, template, text, caseId = null } of reply.tell ?? []) {
      deliveries.push(delivery(id, { id, personId: null }, caseId, template, text, now))
    }
    for (const effect of effects) {
      const words = { id: message.id, text: reply.relayed ?? message.text }
      deliveries.push(...deliveriesOf(effect, cases, words, speakers, desk, now))
      for (const { event } of effect.events) {
        if (event.type === 'routed' && event.deputy !== null) desk.directory.countCase(event.deputy)
      }
    }
    answered.set(key, answer)
    return { ok: true, answer, repeated: false }
  })

  const lanes = new Set(deliveries.filter(({ refused }) => refused === null).map(({ lane }) => lane))
  return {
    verdicts,
    writes: {
      contacts: [
        ...departed.map((someone) => departedRow(someone, now)),
        ...[...speakers.values()].map((someone) => contactRow(someone, tools.keyring, now)),
        ...represented,
      ],
      messages,
      cases: cases.changed().map(({ entry, events }) => ({
        state: entry.case,
        headHash: entry.headHash,
        lastSaidAt: entry.lastSaidAt,
        placeText: entry.placeText,
        events,
      })),
      deliveries,
      outbox: [
        ...[...lanes].map((lane) => ({ name: 'deliver', payload: { lane } })),
        ...erasures.map(({ id }) => ({ name: 'erase', payload: { erasureId: id } })),
        ...media.map(({ id }) => ({ name: 'media', payload: { mediaId: id } })),
      ],
      reopenedLanes: [...reopenedLanes],
      redeemed: accounts.redeemed,
      pickedUp: accounts.pickedUp,
      unbound: accounts.unbound,
      resolved,
      spentNonces,
      departed: departed.map(({ id }) => id),
      erasures,
      media,
    },
  }
}

/** Stores the words, lets the dialogue think, and stores them all the same if it can't. */
function hear(
  inbound: Inbound,
  speaker: Someone,
  cases: WorkingSet,
  { codeOwner, pickupOf }: Accounts,
  tools: BatchTools,
  now: Date,
): { message: Omit<MessageRow, 'answer'>; reply: Reply; effects: Effect[] } {
  const { desk } = tools
  const id = newId(now.getTime())
  const salt = randomUUID()
  const words = wordsOf(inbound.content)
  const extra = extraOf(inbound.content)
  const saidAt = isoTime(inbound.saidAt)
  const reference = { message: id, commitment: commit(salt, committedWords(words?.text ?? null, extra)) }
  const turn: Turn = {
    inbound,
    speaker,
    words: words && { ...words, reference },
    cases,
    desk,
    now,
    saidAt,
    nextSerial: tools.nextSerial,
    codeOwner,
    pickupOf,
    canTap: tools.rules.get(inbound.channel)?.sends.includes('choices') === true,
    takesCodes: tools.rules.get(inbound.channel)?.freeAddresses !== true,
  }
  let reply: Reply
  try {
    reply = converse(turn)
  } catch (error) {
    cases.drop()
    tools.onFailure(id, error)
    reply = { meaning: 'failed', answer: desk.say('unread', {}), caseId: null }
  }
  return {
    reply,
    effects: cases.keep(),
    message: {
      id,
      channel: inbound.channel,
      dedupeKey: inbound.dedupeKey,
      nonce: inbound.nonce,
      contactId: speaker.id,
      caseId: reply.caseId,
      type: inbound.content.type,
      text: words?.text ?? null,
      extra,
      salt: words ? salt : null,
      meaning: reply.meaning,
      saidAt,
      receivedAt: isoTime(now),
    },
  }
}

function mostBytes({ channel }: Inbound, { rules }: BatchTools): number {
  return rules.get(channel)?.mostBytes ?? 2048
}
