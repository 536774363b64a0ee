import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Person } from '#simulators'
import { assign } from '../../workers/assign.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import {
  caseOf, cityWith, clerk, clerkTools, day, deliveries, first, lamp, nextPush, numberIn, report, second, settled, shown, tell,
} from './scene.ts' // prettier-ignore

const complaint = '靳小川代表从来不接电话'

let house: TestHouse
let staff: Person
let accused: Person

beforeEach(async () => {
  house = await startTestHouse({ mode: 'plain' })
  staff = await house.bind(clerk)
  accused = await house.bind(first.id)
})
afterEach(() => house.stop())

/** Whatever the accused deputy tries, and whatever was or will be sent: not a word of it, not the case, not a count. */
async function staysHidden(number: string, ...words: string[]): Promise<void> {
  const before = shown(accused).length
  for (const tried of [
    '在手', '详情', number, `详情 ${number}`, `接单 ${number}`, `进展 ${number} 在办`, `4 ${number} A 好了`, `2 ${number} 不管`,
    '进度', `进度 ${number}`, `撤回 ${number}`,
  ]) await tell(accused, tried) // prettier-ignore
  const again = await house.bind(first.id, accused)
  await settled(house)
  const seen = shown(again).slice(0)
  for (const text of seen) for (const word of words) expect(text).not.toContain(word)
  // The number itself is only ever said back as one that isn't theirs.
  for (const text of seen) if (text.includes(number)) expect(text).toMatch(/不在您手里|没有找到/)
  expect(seen.length).toBeGreaterThan(before)
  const sent = await deliveries(house)
  expect(sent.filter(({ person, text }) => person === first.id && text.includes(number))).toEqual([])
  expect(await caseOf(house, number)).toMatchObject({ status: 'triage', deputy: null, accused: [first.id] })
}

test('a complaint about a deputy goes to staff, never to the deputy', async () => {
  const number = await report(house.resident(), `晨光佳苑的路灯坏了，${complaint}`)
  await nextPush(staff, `【待分派】编号 ${number}`, complaint)
  await staysHidden(number, complaint)
})

test('also after scanning that deputy’s own code', async () => {
  const resident = house.resident()
  await resident.scan(`d-${first.id}`)
  const receipt = await tell(resident, complaint)
  expect(receipt).toContain('负责：人大办正在安排')
  const number = numberIn(receipt)
  await nextPush(staff, `【待分派】编号 ${number}`)
  await staysHidden(number, complaint)
})

test('also as a later message of a case that this deputy is running', async () => {
  const resident = house.resident()
  const running = await report(resident)
  await nextPush(accused, '【新诉求】', `编号 ${running}`)
  await tell(accused, '1')
  const number = numberIn(await tell(resident, complaint))
  expect(number).not.toBe(running)
  // What follows the complaint belongs to it: words, a picture, a voice.
  expect(await tell(resident, '打了三次都没人理')).toContain(`编号 ${number}`)
  expect((await resident.sendImage()).text).toContain(`编号 ${number}`)
  await nextPush(staff, `【待分派】编号 ${number}`)
  expect(await caseOf(house, running)).toMatchObject({ status: 'accepted', deputy: first.id })
  await staysHidden(number, complaint, '打了三次', '[图片]')
})

test('also as the answer to what was asked about a case of this deputy', async () => {
  const resident = house.resident()
  await resident.scan(`d-${first.id}`)
  const running = numberIn(await tell(resident, '路灯坏了两周没人修'))
  const number = numberIn(await tell(resident, complaint))
  expect(number).not.toBe(running)
  await staysHidden(number, complaint)
})

test('also inside the why of a judgement, in the same message or the next', async () => {
  const resident = house.resident()
  const running = await report(resident)
  await nextPush(accused, `编号 ${running}`)
  await tell(accused, '4 A 修好了')
  await nextPush(resident, '请您评价')
  const inOne = numberIn(await tell(resident, `不满意，${complaint}`))
  expect(inOne).not.toBe(running)
  await nextPush(accused, `【重办】编号 ${running}`)
  await tell(accused, '4 A 又修了一遍')
  await nextPush(resident, '请您评价')
  expect(await tell(resident, '不满意')).toContain('哪里不满意')
  const inNext = numberIn(await tell(resident, '靳小川代表收了施工队的红包'))
  expect(inNext).not.toBe(running)
  await nextPush(staff, `【待分派】编号 ${inOne}`)
  expect(await caseOf(house, inNext)).toMatchObject({ deputy: null, accused: [first.id] })
  await staysHidden(inOne, complaint, '红包')
})

test('also when the time runs out and it is passed on, or a clerk names the deputy by mistake', async () => {
  await house.stop()
  house = await startTestHouse({ mode: 'plain', city: cityWith(first.id, second.id, clerk), workers: false })
  staff = await house.bind(clerk)
  accused = await house.bind(first.id)
  // Their list of people is read at the start, and seconds apart after that: here days pass in between.
  await house.startWorkers()
  const number = await report(house.resident(), `晨光佳苑的路灯坏了，${complaint}`, `d-${first.id}`)
  for (let passed = 0; passed < 4; passed++) {
    house.clock.advance(4 * day)
    const before = (await caseOf(house, number)).version
    await house.until(async () => (await caseOf(house, number)).version > before, 'nothing fell due')
    await tell(staff, '进度')
  }
  await nextPush(staff, `【督办】编号 ${number}`)
  expect(await assign(await clerkTools(house), number, first.id, clerk)).toEqual({ ok: false, refusal: 'accused' })
  await staysHidden(number, complaint)
})

test('two deputies of one name are both kept out', async () => {
  // 张建业 is bd-019 in one county and bd-045 in another.
  const one = await house.bind('bd-019')
  const other = await house.bind('bd-045')
  const resident = house.resident()
  const number = await report(resident, '会师名苑的事找了张建业代表三次都不理', 'd-bd-045')
  const state = await caseOf(house, number)
  expect(state.accused.toSorted()).toEqual(['bd-019', 'bd-045'])
  await settled(house)
  for (const phone of [one, other]) {
    await tell(phone, '在手')
    expect(shown(phone).join('\n')).not.toContain(number)
  }
})

test('a plain matter that only names the deputy still reaches them', async () => {
  const receipt = await report(house.resident(), `请靳小川代表帮忙，${lamp}`)
  expect(await caseOf(house, receipt)).toMatchObject({ deputy: first.id, accused: [] })
  await nextPush(accused, `编号 ${receipt}`)
})
