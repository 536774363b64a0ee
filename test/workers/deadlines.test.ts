import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Person } from '#simulators'
import { dueCases, triageList } from '#store'
import { assign } from '../../workers/assign.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import {
  caseOf, cityWith, clerk, clerkTools, first, lamp, nextPush, numberIn, report, second, settled, tell, timeline,
} from '../house/scene.ts' // prettier-ignore

let house: TestHouse
let staff: Person
let one: Person
let two: Person
let resident: Person

// A station of two deputies and nobody else, so that "nobody left" comes soon. It is Monday, 23 November 2026, 9:00.
beforeEach(async () => {
  house = await startTestHouse({ mode: 'plain', city: cityWith(first.id, second.id, clerk), workers: false })
  staff = await house.bind(clerk)
  one = await house.bind(first.id)
  two = await house.bind(second.id)
  resident = house.resident()
  // Their list of people is read at the start, and seconds apart after that.
  await house.startWorkers()
})
afterEach(() => house.stop())

/** In Shanghai. */
const at = (local: string): Date => new Date(`${local}:00+08:00`)

/** What the clock would have to do by then. */
const due = (local: string) => dueCases(house.ledger.pool, at(local), 10)

/** Everybody is heard from, so that they may be sent something; what was held back is sent now. */
async function everybodySpeaks(): Promise<void> {
  for (const person of [staff, resident]) await tell(person, '进度')
  for (const deputy of [one, two]) await tell(deputy, '在手')
}

async function becomes(number: string, count: number, type: string): Promise<void> {
  await house.until(
    async () => (await timeline(house, number)).filter((each) => each === type).length >= count,
    `never ${type} ${count} times`,
  )
}

test('who does not accept is reminded, then the next deputy of the station gets it, then staff', async () => {
  const number = await report(resident)
  await nextPush(one, '【新诉求】', `编号 ${number}`)

  expect(await due('2026-11-24T13:59')).toEqual([])
  expect(await due('2026-11-24T14:00')).toHaveLength(1)
  house.clock.set(at('2026-11-24T13:59'))
  await everybodySpeaks()
  house.clock.set(at('2026-11-24T14:00'))
  await nextPush(one, '【提醒】', `编号 ${number}`, '11月24日 18:00前接单')
  house.clock.set(at('2026-11-24T18:00'))
  await nextPush(one, `编号 ${number} 已转给别的代表`)
  await nextPush(two, '【新诉求】', `编号 ${number}`, lamp, '11月25日 18:00前接单')
  await nextPush(staff, `编号 ${number} 原代表到时未接单，已转给阮秋实代表`)
  await nextPush(resident, `编号 ${number}：换由阮秋实代表`, '期限不变')
  expect(await caseOf(house, number)).toMatchObject({ deputy: second.id, passedBy: [first.id] })
  expect(await tell(one, `接单 ${number}`)).toContain('不在您手里')

  await everybodySpeaks()
  house.clock.set(at('2026-11-25T18:00'))
  await nextPush(staff, '【待分派】', `编号 ${number}`, lamp)
  await nextPush(resident, `编号 ${number}：人大办正在另行安排`)
  expect(await caseOf(house, number)).toMatchObject({
    status: 'triage',
    deputy: null,
    passedBy: [first.id, second.id],
    due: { party: 'staff', action: 'assign' },
  })
  // One reminder, then one lapse, each once.
  expect(await timeline(house, number)).toEqual(['opened', 'routed', 'reminded', 'routed', 'routed'])
})

test('an urgent case is passed on after two hours, at night as well', async () => {
  house.clock.set(at('2026-11-23T23:00'))
  const number = await report(resident, '晨光佳苑楼下井盖没了')
  expect(await caseOf(house, number)).toMatchObject({ urgency: 'urgent', deputy: first.id })
  house.clock.set(at('2026-11-24T01:00'))
  await nextPush(two, '【新诉求】', `编号 ${number}（紧急）`)
})

test('accepting in time stops the clock of the acceptance', async () => {
  const number = await report(resident)
  await nextPush(one, `编号 ${number}`)
  await tell(one, '1')
  house.clock.set(at('2026-11-25T19:00'))
  const other = await report(house.resident(), '晨光佳苑的垃圾没人清理')
  house.clock.set(at('2026-11-26T18:00'))
  await becomes(other, 2, 'routed')
  expect(await timeline(house, number)).toEqual(['opened', 'routed', 'accepted'])
})

test('triage: staff see it, name a deputy, and all are told; then the names are checked', async () => {
  const number = numberIn(await tell(resident, '路灯坏了两周没人修'))
  await nextPush(staff, '【待分派】', `编号 ${number}`)
  const waiting = await triageList(house.ledger.pool, 10)
  expect(waiting.map(({ state, text }) => [state.number, text])).toEqual([[number, '路灯坏了两周没人修']])

  const tools = await clerkTools(house)
  expect(await assign(tools, number, second.id, clerk)).toMatchObject({ ok: true, state: { deputy: second.id } })
  await nextPush(two, '【新诉求】', `编号 ${number}`, '路灯坏了两周没人修')
  await nextPush(resident, `编号 ${number}：由阮秋实代表（晨光社区代表联络站）负责`)
  expect(await triageList(house.ledger.pool, 10)).toEqual([])
  await tell(two, '1')
  // A clerk may also take it from one and give it to the other.
  expect(await assign(tools, number, first.id, clerk)).toMatchObject({ ok: true, state: { deputy: first.id } })
  await nextPush(two, `编号 ${number} 已转给别的代表`)
  await nextPush(one, '【新诉求】', `编号 ${number}`)
  expect(await assign(tools, '9999-9', first.id, clerk)).toEqual({ ok: false, refusal: 'unknown-case' })
  expect(await caseOf(house, number)).toMatchObject({ deputy: first.id, status: 'routed' })
})

test('nobody assigns it: staff are reminded, then it is supervised, a level each working day', async () => {
  const number = numberIn(await tell(resident, '路灯坏了两周没人修'))
  await nextPush(staff, '【待分派】', `编号 ${number}`)
  house.clock.set(at('2026-11-24T14:00'))
  await nextPush(staff, '【待分派】', `编号 ${number}`)
  for (const [level, day] of [24, 25, 26].entries()) {
    house.clock.set(at(`2026-11-${day}T18:00`))
    await becomes(number, level + 1, 'supervised')
    expect(await caseOf(house, number)).toMatchObject({ status: 'triage', supervision: level + 1 })
    await everybodySpeaks()
    await nextPush(staff, `【督办】编号 ${number}`, `第 ${level + 1} 次`)
  }
})

test('overdue: the deputy is reminded before, then each level once to staff and deputy, the resident told once', async () => {
  const number = await report(resident)
  await nextPush(one, `编号 ${number}`)
  await tell(one, '1')
  house.clock.set(at('2026-12-02T13:30'))
  await everybodySpeaks()
  house.clock.set(at('2026-12-02T14:00'))
  await nextPush(one, '【提醒】', `编号 ${number}`, '12月2日 18:00前答复')
  house.clock.set(at('2026-12-02T18:00'))
  await nextPush(staff, `【督办】编号 ${number}`, '第 1 次')
  await nextPush(one, `【超期】编号 ${number}`)
  await nextPush(resident, `编号 ${number}：到期还没有办好，对不起`, '12月3日 18:00前')
  await everybodySpeaks()
  house.clock.set(at('2026-12-03T18:00'))
  await nextPush(staff, `【督办】编号 ${number}`, '第 2 次')
  await nextPush(one, `【超期】编号 ${number}`)
  // Until the next level there is nothing more to do.
  expect(await due('2026-12-04T17:59')).toEqual([])
  const sent = (await settled(house)).filter(({ text }) => text.includes(number))
  const count = (template: string) => sent.filter((each) => each.template === template).length
  expect([count('staff-overdue'), count('deputy-overdue'), count('resident-supervised')]).toEqual([2, 2, 1])
  // An answer ends it.
  await tell(one, `4 ${number} A 换好了`)
  expect(await caseOf(house, number)).toMatchObject({ status: 'answered', supervision: 0 })
})

test('no judgement in seven days closes it; a late 不满意 opens it again', async () => {
  const number = await report(resident)
  await nextPush(one, `编号 ${number}`)
  await tell(one, '4 A 换好了')
  await nextPush(resident, '请您评价')
  house.clock.set(at('2026-11-30T09:30'))
  await becomes(number, 1, 'closed')
  await everybodySpeaks()
  await nextPush(resident, `编号 ${number}：一直没有收到您的评价，先办结了`)
  expect(await caseOf(house, number)).toMatchObject({ status: 'closed', judgement: { attitude: null, result: null } })

  house.clock.set(at('2026-12-15T10:00'))
  await everybodySpeaks()
  expect(await tell(resident, '不满意，又坏了')).toContain(`编号 ${number} 已退回重办，12月24日 18:00前再次答复您`)
  await nextPush(one, `【重办】编号 ${number}`)
  await nextPush(one, `【补充】编号 ${number}`, '又坏了')
  expect(await caseOf(house, number)).toMatchObject({ status: 'accepted', reopened: 1 })
})

test('a promise is owed a second answer: reminded a week before, supervised after its date', async () => {
  const number = await report(resident)
  await nextPush(one, `编号 ${number}`)
  expect(await tell(one, '4 B 12月31日前换完整条街的灯')).toContain('请在 12月31日前再次答复')
  await nextPush(resident, '答应办好的日期：12月31日')
  // Let pass unjudged it stays open, for the promise does.
  house.clock.set(at('2026-11-30T10:00'))
  await house.until(async () => (await caseOf(house, number)).status === 'promised', 'never promised')
  house.clock.set(at('2026-12-24T23:59'))
  await everybodySpeaks()
  house.clock.set(at('2026-12-25T00:01'))
  await nextPush(one, '【提醒】', `编号 ${number}`, '12月31日前办好')
  house.clock.set(at('2027-01-01T00:00'))
  await becomes(number, 1, 'supervised')
  await everybodySpeaks()
  await nextPush(one, `【超期】编号 ${number}`)
  await tell(one, `4 ${number} A 整条街换完了`)
  await nextPush(resident, '有答复了（已解决）', '整条街换完了')
  await tell(resident, '满意')
  expect(await caseOf(house, number)).toMatchObject({ status: 'closed', promise: null, due: null })
})

test('what nobody could be sent in time waits until they are heard from, in its order', async () => {
  const number = await report(resident)
  await nextPush(one, `编号 ${number}`)
  house.clock.set(at('2026-11-26T10:00'))
  await becomes(number, 2, 'routed')
  const held = (await settled(house)).filter(({ person, status }) => person === second.id && status === 'refused')
  expect(held.map(({ template, code }) => [template, code])).toEqual([['deputy-new-case', 'window-closed']])
  await tell(two, '在手')
  await nextPush(two, '【新诉求】', `编号 ${number}`)
  expect((await settled(house)).filter(({ person }) => person === second.id)).toMatchObject([{ status: 'sent' }])
})
