import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Case } from '#cases'
import type { Content } from '#channels'
import { calendarOf, createDirectory, termsOf } from '#config'
import type { City } from '#config'
import { loadTemplates } from '#templates'
import { createReader, Model } from '#understanding'
import type { Reader } from '#understanding'
import { converse } from '../../../bot/dialogue/converse.ts'
import { wordsOf } from '../../../bot/dialogue/content.ts'
import { freshMemory } from '../../../bot/dialogue/memory.ts'
import type { Reply, Speaker } from '../../../bot/dialogue/turn.ts'
import { WorkingSet } from '../../../bot/working-set.ts'
import type { Effect, Entry } from '../../../bot/working-set.ts'

const say = loadTemplates('zh-CN', { strict: true })
const monday = new Date('2026-11-23T01:00:00.000Z')

/** The reader as it is shipped, or the rules alone. */
export function readerFor({ regions: gazetteer, topicWords, topics, people }: City, trained = true): Reader {
  const model = trained
    ? Model.read(readFileSync(new URL('../../../understanding/model/base.bin', import.meta.url)))
    : undefined
  return createReader({
    gazetteer,
    topicWords,
    topics,
    people: people.filter(({ role }) => role === 'deputy'),
    model,
  })
}

interface Said extends Reply {
  effects: Effect[]
}

/** One person's conversation with the dialogue alone: no ledger, no clock but its own. */
export interface Talk {
  speaker: Speaker
  cases: WorkingSet
  /** Says it after so many minutes. */
  say(text: string, minutes?: number): Said
  send(content: Content, minutes?: number): Said
  case(id: string | null): Case
  /** Their cases, newest first. */
  all(): Entry[]
}

export interface TalkOptions {
  canTap?: boolean
  personId?: string | null
  scene?: string | null
  /** Cases that somebody else's talk has made. */
  cases?: WorkingSet
}

let serial = 1000

export function talkTo(city: City, reader: Reader, options: TalkOptions = {}): Talk {
  const people = city.people.map((person) => ({ ...person, bound: true }))
  const directory = createDirectory(city, people, monday)
  const id = randomUUID()
  const { canTap = false, personId = null, scene = null, cases = new WorkingSet([]) } = options
  const memory = { ...freshMemory, scene }
  const speaker: Speaker = {
    id, accounts: [id], personId, others: [], boundAt: null, following: true, memory, pushed: [], unsaid: [],
  } // prettier-ignore
  let now = monday
  const send = (content: Content, minutes = 1): Said => {
    now = new Date(now.getTime() + minutes * 60_000)
    const words = wordsOf(content)
    const message = randomUUID()
    const clock = now
    const reply = converse({
      inbound: {
        channel: 'official-account', account: 'a', address: id, dedupeKey: message, nonce: null, saidAt: now, content,
      },
      speaker,
      words: words && { ...words, reference: { message, commitment: 'c'.repeat(64) } },
      cases,
      desk: { city, directory, reader, rules: { terms: termsOf(city), calendar: calendarOf(city) }, say, clock: () => clock },
      now,
      saidAt: now.toISOString(),
      nextSerial: () => serial++,
      codeOwner: () => null,
      pickupOf: () => null,
      takesCodes: true,
      canTap,
    }) // prettier-ignore
    return { ...reply, effects: cases.keep() }
  }
  return {
    speaker,
    cases,
    send,
    say: (text, minutes) => send({ type: 'text', text }, minutes),
    case: (caseId) => {
      const found = caseId === null ? null : cases.get(caseId)
      if (!found) throw new Error('no such case')
      return found.case
    },
    all: () => cases.of([id]),
  }
}

/** What a person is asked by one answer of ours: in it, or sent after it. */
export function questionsIn({ answer, tell = [] }: Reply): number {
  const asked = [answer ?? '', ...tell.map(({ text }) => text)].join('\n')
  return asked.match(/[？]|请再说一句/gu)?.length ?? 0
}
