import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCorrections } from '#store'
import type { Correction } from '#store'
import { correct } from '../../workers/correct.ts'
import type { Corrected } from '../../workers/correct.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { caseOf, clerk, clerkTools, first, lamp, nextPush, report, tell, timeline } from './scene.ts'

let house: TestHouse
beforeEach(async () => {
  house = await startTestHouse({ mode: 'plain' })
})
afterEach(() => house.stop())

const set = async (number: string, right: Corrected) => correct(await clerkTools(house), number, right, clerk)
async function learnt(): Promise<Correction[]> {
  const all: Correction[] = []
  for await (const each of readCorrections(house.ledger.pool)) all.push(each)
  return all
}

test('what staff set right is in the case, and to be learnt with the words that opened it', async () => {
  const resident = house.resident()
  const number = await report(resident)
  await tell(resident, '补充一下，门口那盏也不亮')
  expect((await set(number, { topic: '交通运输', kind: 'suggestion' })).ok).toBe(true)
  expect(await caseOf(house, number)).toMatchObject({ topic: '交通运输', kind: 'suggestion', deputy: first.id })
  expect(await learnt()).toEqual([{ text: lamp, topic: '交通运输', kind: 'suggestion' }])
  // A clerk may correct a clerk; what the second one left open stays as the first one said.
  await set(number, { topic: '民政' })
  expect(await learnt()).toEqual([{ text: lamp, topic: '民政', kind: 'suggestion' }])
})

test('what the system or the resident found is no correction', async () => {
  await report(house.resident())
  const unplaced = house.resident()
  await report(unplaced, '路灯坏了两周没人修', null)
  await tell(unplaced, '在晨光佳苑')
  expect(await learnt()).toEqual([])
})

test('a case that waits for staff goes to whoever answers for the place', async () => {
  const deputy = await house.bind(first.id)
  const number = await report(house.resident(), '门口的灯黑了半个月', null)
  expect(await caseOf(house, number)).toMatchObject({ status: 'triage', place: null })
  const applied = await set(number, { place: 'c-001', topic: '城乡建设' })
  expect(applied).toMatchObject({ ok: true, state: { status: 'routed', place: 'c-001', region: 'c-001' } })
  if (applied.ok && applied.state.deputy === first.id) await nextPush(deputy, number)
  expect(await timeline(house, number)).toEqual(expect.arrayContaining(['classified', 'routed']))
})

test('a topic alone takes a case from nobody; a place outside the deputy’s area does, unless it was accepted', async () => {
  const deputy = await house.bind(first.id)
  const [number, accepted] = [await report(house.resident()), await report(house.resident())]
  await set(number, { topic: '劳动和社会保障' })
  expect((await caseOf(house, number)).deputy).toBe(first.id)
  await tell(deputy, `接单 ${accepted}`)
  for (const each of [number, accepted]) expect((await set(each, { place: '620421103' })).ok).toBe(true)
  const moved = (await caseOf(house, number)).deputy
  expect(moved).not.toBe(first.id)
  expect(moved).not.toBeNull()
  expect(await caseOf(house, accepted)).toMatchObject({ deputy: first.id, place: '620421103' })
})

test('a complaint about a deputy, and what was erased, teach nothing', async () => {
  const [complains, leaves] = [house.resident(), house.resident()]
  const complaint = await report(complains, `晨光佳苑的路灯坏了，${first.name}代表从来不接电话`)
  const other = await report(leaves)
  for (const number of [complaint, other]) expect((await set(number, { topic: '民政' })).ok).toBe(true)
  expect(await learnt()).toEqual([{ text: lamp, topic: '民政', kind: null }])
  await leaves.unfollow()
  await house.until(async () => (await caseOf(house, other)).erased === true, 'not erased')
  expect(await learnt()).toEqual([])
})

test('there is nothing to set right of a case that is over', async () => {
  const resident = house.resident()
  const number = await report(resident)
  await tell(resident, `撤回 ${number}`)
  expect(await set(number, { topic: '民政' })).toEqual({ ok: false, refusal: 'not-open' })
})
