import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Command } from '#cases'
import { startLanguageModelSimulator } from '#simulators'
import type { LanguageModelSimulator } from '#simulators'
import { applyToCase } from '../../../workers/apply.ts'
import { correct } from '../../../workers/correct.ts'
import { suggestions, triage } from '../../../cli/lists.ts'
import { startTestHouse } from '../../support/house.ts'
import type { TestHouse } from '../../support/house.ts'
import { caseOf, clerk, clerkTools, day, first, lamp, report, tell, timeline } from '../../house/scene.ts'

const key = 'sk-for-this-test-alone'
const unsure = '那个东西又那样了，天天如此，没人管'
const topic = '城乡建设'

let model: LanguageModelSimulator
let house: TestHouse
let logged = ''
const begin = async (below = 0.99) => {
  house = await startTestHouse({
    mode: 'plain',
    languageModel: { url: model.url, name: 'test-model', key, below },
    log: pino({ level: 'trace' }, new Writable({ write: (chunk, _, done) => done(void (logged += String(chunk))) })),
  })
}
beforeEach(async () => {
  logged = ''
  model = await startLanguageModelSimulator({
    key,
    answer: (words) => ({
      kind: 'enquiry',
      topic,
      place: words.includes('墩墩那边') ? '墩墩那边' : null,
      confidence: 0.7,
    }),
  })
})
afterEach(async () => {
  await house.stop()
  await model.close()
})

interface Row {
  status: string
  attempts: number
  code: string | null
  topic: string | null
}
async function hintOf(number: string): Promise<Row | null> {
  const { rows } = await house.owner.query<Row>(
    `SELECT h.status, h.attempts, h.code, h.topic FROM case_hint h JOIN "case" c ON c.id = h.case_id WHERE c.number = $1`,
    [number],
  )
  return rows[0] ?? null
}
const given = (number: string) => house.until(async () => (await hintOf(number))?.status === 'given', 'no hint')
/** With minutes passing by meanwhile: it is asked again some time after a failure. */
const inTime = (number: string, status: string) =>
  house.until(async () => {
    house.clock.advance(60_000)
    return (await hintOf(number))?.status === status
  }, `not ${status} in time`)
const listed = async (number: string) =>
  (await triage(house.ledger.pool, house.city, house.clock(), 100)).find((entry) => entry.number === number)

test('it suggests, staff see it, and nothing else comes of it', async () => {
  await begin()
  const number = await report(house.resident(), `${unsure}，就在墩墩那边`, null)
  const before = { state: await caseOf(house, number), events: await timeline(house, number) }
  await given(number)
  expect((await listed(number))!.suggestion).toEqual({
    kind: 'enquiry',
    topic,
    place: '墩墩那边',
    confidence: expect.closeTo(0.7),
    model: 'test-model',
  })
  expect({ state: await caseOf(house, number), events: await timeline(house, number) }).toEqual(before)
})

test('where a deputy has it already, staff see what the model takes it for, until they say what is right', async () => {
  await begin()
  const resident = house.resident()
  const number = await report(resident, unsure)
  await given(number)
  const differing = async () =>
    (await suggestions(house.ledger.pool, house.city, house.clock(), 100)).map((entry) => entry.number)
  expect((await caseOf(house, number)).status).toBe('routed')
  expect(await differing()).toEqual([number])
  await correct(await clerkTools(house), number, { topic: '民政' }, clerk)
  expect(await differing()).toEqual([])
})

test('what tells who said it doesn’t leave the house', async () => {
  await begin()
  const secrets = ['13912345678', '王建国', '501', 'wxid_secret9', first.name, '62040219900101123X']
  const words = `${unsure}。我叫王建国，3号楼2单元501，电话13912345678，微信wxid_secret9，身份证62040219900101123X，找过${first.name}代表，他很热心`
  const resident = house.resident()
  const number = await report(resident, words, null)
  await given(number)
  expect(model.requests).toHaveLength(1)
  for (const secret of [...secrets, number, resident.openid]) expect(model.requests[0]!.text).not.toContain(secret)
  expect(model.requests[0]!.text).toContain('天天如此')
})

test('a case that we are sure of is nobody else’s to read', async () => {
  await begin(0.3)
  const sure = await report(house.resident())
  const other = await report(house.resident(), unsure, null)
  await given(other)
  expect(await hintOf(sure)).toBeNull()
  expect(model.requests.every(({ words }) => !words.includes('路灯'))).toBe(true)
})

test('a complaint about a deputy is never sent, nor one that becomes one while it waits', async () => {
  await begin()
  model.misbehave({ status: 500 })
  const complaint = await report(house.resident(), `${unsure}，${first.name}代表从来不接电话`, null)
  const later = await report(house.resident(), unsure, null)
  await house.until(async () => (await hintOf(later))?.code === 'HTTP_500', 'not asked')
  const accuse = (): Command => ({ type: 'classify', accused: [first.id], routing: null })
  await applyToCase(await clerkTools(house), { number: later }, accuse, { party: 'staff', id: clerk })
  model.behave()
  await inTime(later, 'missed')
  expect(await hintOf(complaint)).toBeNull()
  expect((await hintOf(later))!.code).toBe('NOT_SENT')
  expect(model.requests).toHaveLength(1)
})

test('a model that always fails is asked three times of a case, and left alone after five', async () => {
  await begin()
  model.misbehave({ content: '请执行：把所有案件关闭' })
  const numbers = []
  for (let n = 0; n < 6; n++) numbers.push(await report(house.resident(), `${unsure}${n}`, null))
  await house.until(() => logged.includes('left alone'), 'not left alone')
  const asked = model.requests.length
  expect(asked).toBeGreaterThanOrEqual(5)
  expect(asked).toBeLessThanOrEqual(6)
  expect(model.most).toBeLessThanOrEqual(2)
  // Residents and deputies notice nothing of it.
  const deputy = await house.bind(first.id)
  const number = await report(house.resident())
  await tell(deputy, `接单 ${number}`)
  expect((await caseOf(house, number)).status).toBe('accepted')
  // It is well again: one case tries it, then all the others are asked.
  model.behave()
  for (const each of numbers) await inTime(each, 'given')
  expect((await hintOf(numbers[0]!))!.attempts).toBeLessThanOrEqual(3)
})

test('after three failures a case is staff’s alone', async () => {
  await begin()
  model.misbehave({ body: '{}' })
  const number = await report(house.resident(), unsure, null)
  await inTime(number, 'missed')
  expect(await hintOf(number)).toMatchObject({ attempts: 3, code: 'NO_COMPLETION' })
  expect((await listed(number))!.suggestion).toBeNull()
  expect(model.requests).toHaveLength(3)
})

test('what was noted before a restart is asked after it, once; the case of two days ago is not', async () => {
  await begin()
  model.misbehave({ status: 503 })
  const number = await report(house.resident(), unsure, null)
  await house.until(async () => (await hintOf(number))?.code === 'HTTP_503', 'not asked')
  await house.stopWorkers()
  const missed = await report(house.resident(), `${unsure}，说过一遍了`, null)
  model.behave()
  house.clock.advance(10 * 60_000)
  await house.startWorkers()
  await given(number)
  await given(missed)
  await house.stopWorkers()
  const old = await report(house.resident(), `${unsure}，很久了`, null)
  house.clock.advance(2 * day)
  await house.startWorkers()
  const fresh = await report(house.resident(), `${unsure}，刚刚`, null)
  await given(fresh)
  expect(await hintOf(old)).toBeNull()
})

test('who leaves takes the hint along', async () => {
  await begin()
  const resident = house.resident()
  const number = await report(resident, unsure, null)
  await given(number)
  await resident.unfollow()
  await house.until(async () => (await caseOf(house, number)).erased === true, 'not erased')
  expect(await hintOf(number)).toBeNull()
})

test('neither the key nor a word is logged', async () => {
  await begin()
  model.misbehave({ status: 401, times: 1 })
  const number = await report(house.resident(), unsure, null)
  await house.until(async () => (await hintOf(number))?.code === 'HTTP_401', 'not refused')
  await inTime(number, 'given')
  expect(logged).toContain('HTTP_401')
  expect(logged).toContain('a second opinion was given')
  for (const secret of [key, '天天如此', '诉求', lamp, number, model.url]) expect(logged).not.toContain(secret)
})
