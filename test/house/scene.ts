import { expect } from 'vitest'
import type { Case } from '#cases'
import { calendarOf, createDirectory, termsOf } from '#config'
import type { City } from '#config'
import { listPeople } from '#store'
import type { Person } from '#simulators'
import type { ApplyTools } from '../../workers/apply.ts'
import { testCity, until } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

/** A street lamp of an estate whose community has a station with two deputies: 靳小川 (bd-004) fits, 阮秋实 (bd-005) is next. */
export const lamp = '晨光佳苑3号楼路灯坏了两周没人修'
export const station = 's-st-02'
export const first = { id: 'bd-004', name: '靳小川' }
export const second = { id: 'bd-005', name: '阮秋实' }
/** Staff of that district. */
export const clerk = 'sf-002'

/** What the account showed on a phone, replies and pushes alike, oldest first. */
export const shown = (person: Person): string[] =>
  person.phone.filter(({ from }) => from === 'account').map(({ text }) => text)

/** What came by itself, not as the answer to something said. */
export const pushes = (person: Person): string[] =>
  person.phone.filter(({ via }) => via === 'custom').map(({ text }) => text)

const fits = (text: string, parts: readonly (string | RegExp)[]): boolean =>
  parts.every((part) => (typeof part === 'string' ? text.includes(part) : part.test(text)))

const read = new WeakMap<Person, number>()

/** The next push that holds all of these; what came before it counts as read, so the order is checked as well. */
export async function nextPush(person: Person, ...parts: (string | RegExp)[]): Promise<string> {
  const from = read.get(person) ?? 0
  const found = await until(
    () => {
      const at = pushes(person).findIndex((text, index) => index >= from && fits(text, parts))
      return at < 0 ? null : { at }
    },
    `no push with ${parts.join(' + ')}`,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; on the phone:\n${shown(person).join('\n---\n')}`)
  })
  read.set(person, found.at + 1)
  return pushes(person)[found.at]!
}

/** Says it and gives the answer that came in the same breath. */
export async function tell(person: Person, words: string): Promise<string> {
  const { text, status } = await person.say(words)
  expect(status).toBe(200)
  return text ?? ''
}

/** Scans and reports; gives the case's number. */
export async function report(person: Person, words: string = lamp, scene: string | null = station): Promise<string> {
  if (scene !== null) await person.scan(scene)
  return numberIn(await tell(person, words))
}

export function numberIn(text: string): string {
  const number = /编号 (\d[\d-]*\d)/.exec(text)?.[1]
  if (number === undefined) throw new Error(`no number in: ${text}`)
  return number
}

/** The case as the ledger has it now. */
export async function caseOf(house: TestHouse, number: string): Promise<Case> {
  const { rows } = await house.owner.query<{ state: Case }>('SELECT state FROM "case" WHERE number = $1', [number])
  if (!rows[0]) throw new Error(`no case ${number}`)
  return rows[0].state
}

export async function countCases(house: TestHouse): Promise<number> {
  const { rows } = await house.owner.query<{ count: number }>('SELECT count(*)::int AS count FROM "case"')
  return rows[0]!.count
}

/** The kinds of a case's events, in order. */
export async function timeline(house: TestHouse, number: string): Promise<string[]> {
  const { rows } = await house.owner.query<{ type: string }>(
    `SELECT e.event->>'type' AS type FROM event e JOIN "case" c ON c.id = e.case_id WHERE c.number = $1 ORDER BY e.seq`,
    [number],
  )
  return rows.map(({ type }) => type)
}

export interface Sent {
  template: string
  status: string
  code: string | null
  person: string | null
  text: string
  attempts: number
}

/** Everything that was to be told, oldest first. */
export async function deliveries(house: TestHouse): Promise<Sent[]> {
  const { rows } = await house.owner.query<Sent>(
    'SELECT template, status, code, person_id AS person, text, attempts FROM delivery ORDER BY seq',
  )
  return rows
}

/** Until nothing waits and nothing is on its way. */
export async function settled(house: TestHouse): Promise<Sent[]> {
  let all: Sent[] = []
  await until(async () => {
    const { rows } = await house.owner.query<{ left: number }>('SELECT count(*)::int AS left FROM outbox')
    all = await deliveries(house)
    return rows[0]!.left === 0 && all.every(({ status }) => status !== 'ready' && status !== 'sending')
  }, 'deliveries are still open')
  return all
}

/** The demo city with only these people on its rolls. */
export function cityWith(...ids: string[]): City {
  const city = testCity()
  return { ...city, people: city.people.filter(({ id }) => ids.includes(id)) }
}

/** What a clerk's command works with. */
export async function clerkTools({ ledger: { pool }, city, say, clock }: TestHouse): Promise<ApplyTools> {
  const directory = createDirectory(city, await listPeople(pool), clock())
  return { pool, directory: () => directory, rules: { terms: termsOf(city), calendar: calendarOf(city) }, say, clock }
}

export const hour = 3_600_000
export const day = 24 * hour
