import { afterAll, beforeAll, expect, test } from 'vitest'
import { verify } from '#store'
import type { Person } from '#simulators'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { caseOf, clerk, countCases, first, lamp, nextPush, numberIn, pushes, report, settled, shown, tell } from './scene.ts' // prettier-ignore

let house: TestHouse
let worker: Person
let deputy: Person
let staff: Person

beforeAll(async () => {
  house = await startTestHouse()
  // The grid worker of the community that 靳小川 is deputy for.
  worker = await house.bind('gw-001')
  deputy = await house.bind(first.id)
  staff = await house.bind(clerk)
})
afterAll(() => house.stop())

async function eventsOf(number: string): Promise<{ type: string; party: string; id?: string }[]> {
  const { rows } = await house.owner.query<{ type: string; party: string; id?: string }>(
    `SELECT e.event->>'type' AS type, e.actor->>'party' AS party, e.actor->>'id' AS id
     FROM event e JOIN "case" c ON c.id = e.case_id WHERE c.number = $1 ORDER BY e.seq`,
    [number],
  )
  return rows
}

const reportFor = async (words: string) => numberIn(await tell(worker, `代报 ${words}`))

test('a whole matter by a grid worker’s hand: the case is the resident’s, all that comes of it goes by the worker', async () => {
  const receipt = await tell(worker, `代报：${lamp}`)
  expect(receipt).toMatch(/^（代报）已收到，编号 /)
  const number = numberIn(receipt)
  const push = await nextPush(deputy, '【新诉求】', `编号 ${number}`, lamp)
  expect(push).not.toMatch(/程小满|网格|代报/)

  await tell(deputy, `接单 ${number}`)
  await nextPush(worker, `（代报）编号 ${number}：靳小川代表已接单`)
  expect(await tell(worker, `补充 晚上老人摔了一跤`)).toContain(`（代报）已补充到编号 ${number}`)
  await nextPush(deputy, `【补充】编号 ${number}`, '群众说：晚上老人摔了一跤')
  expect(await tell(worker, `${number} 就在3号楼西侧`)).toContain(`已补充到编号 ${number}`)
  expect(await nextPush(deputy, `【补充】编号 ${number}`)).toMatch(/群众说：就在3号楼西侧$/)
  await tell(deputy, `答复 ${number} A 已换新灯`)
  await nextPush(worker, `（代报）编号 ${number} 有答复了`, '已换新灯')
  expect(await tell(worker, '进度')).toContain(`编号 ${number}（11月23日，代报）`)
  expect(await tell(worker, '1 1')).toContain(`（代报）谢谢您的评价（态度满意，结果满意），编号 ${number} 已记下`)

  const state = await caseOf(house, number)
  expect(state).toMatchObject({ status: 'closed', through: 'gw-001' })
  const by = await eventsOf(number)
  for (const { type, party, id } of by.filter(({ party }) => party !== 'deputy')) {
    expect({ type, party, id }).toEqual({ type, party: 'grid_worker', id: 'gw-001' })
  }
  expect(by.map(({ type }) => type)).toEqual(
    ['opened', 'routed', 'accepted', 'supplemented', 'supplemented', 'answered', 'evaluated', 'closed'],
  ) // prettier-ignore
  const { rows } = await house.owner.query('SELECT channel, address_sealed, person_id FROM contact WHERE id = $1', [
    state.resident,
  ])
  expect(rows).toEqual([{ channel: 'by-hand', address_sealed: null, person_id: null }])
  expect((await verify(house.ledger.pool)).faults).toEqual([])
})

test('what was said for one resident never joins what was said for another, however alike and however soon', async () => {
  const before = await countCases(house)
  const [one, other, third] = [await reportFor(lamp), await reportFor(lamp), await reportFor('3号楼路灯坏了')]
  expect(new Set([one, other, third]).size).toBe(3)
  expect(await countCases(house)).toBe(before + 3)
  const residents = await Promise.all([one, other, third].map(async (number) => (await caseOf(house, number)).resident))
  expect(new Set(residents).size).toBe(3)
  // With a number it is the case they name, also when another was spoken of last.
  expect(await tell(worker, `代报 ${one} 隔壁楼道也黑`)).toContain(`（代报）已补充到编号 ${one}`)
  expect(await tell(worker, `代报 编号 ${other}`)).toContain(`（代报）编号 ${other}`)
  expect(await countCases(house)).toBe(before + 3)
  const residentsOwn = house.resident()
  const foreign = await report(residentsOwn)
  expect(await tell(worker, `代报 ${foreign} 也是这事`)).toContain(`没有找到您名下的编号 ${foreign}`)
  expect(await tell(worker, `${foreign} 满意`)).toContain(`没有找到您名下的编号 ${foreign}`)
  expect(await tell(residentsOwn, '进度')).not.toContain(one)
})

test('of two answers the worker judges the one they name, else the one they were told of last', async () => {
  const [one, other] = [await reportFor('铜城壹号门口井盖坏了'), await reportFor('晨光社区暖气不热')]
  for (const number of [one, other]) {
    const { deputy: id } = await caseOf(house, number)
    expect(id).toBe(first.id)
    await tell(deputy, `答复 ${number} A 办好了`)
    await nextPush(worker, `（代报）编号 ${number} 有答复了`)
  }
  expect(await tell(worker, `${one} 不满意 还是晃`)).toContain(`（代报）收到，编号 ${one} 已退回重办`)
  await nextPush(deputy, `【重办】编号 ${one}`)
  expect(await tell(worker, '满意')).toContain(`编号 ${other} 已记下`)
  expect(await caseOf(house, one)).toMatchObject({ status: 'accepted', reopened: 1 })
  expect(await caseOf(house, other)).toMatchObject({ status: 'closed' })
})

test('their own matters begin with 反映; a stray word opens nothing', async () => {
  const before = await countCases(house)
  house.clock.advance(60 * 60_000)
  expect(await tell(worker, '今天走访了三户')).toContain('替没有手机的群众反映：代报')
  expect(await tell(worker, '帮助')).toContain('代报 什么事')
  expect(await tell(worker, '代报')).toContain('请写上是什么事')
  expect(await countCases(house)).toBe(before)
  const receipt = await tell(worker, '反映 晨光社区活动室漏水')
  expect(receipt).toMatch(/^已收到，编号 /)
  const state = await caseOf(house, numberIn(receipt))
  expect(state.through).toBeUndefined()
  const number = await reportFor('活动室漏水')
  expect(number).not.toBe(state.number)
  expect(await tell(worker, `撤回 ${number}`)).toContain(`（代报）好的，编号 ${number} 已撤回`)
})

test('a place that is not named is the worker’s own area; anonymity holds as for anyone', async () => {
  await tell(deputy, '在手')
  const number = await reportFor('路灯坏了两周没人修，电话13812345678')
  expect(await caseOf(house, number)).toMatchObject({ region: 'c-001', deputy: first.id, place: null })
  expect((await worker.sendImage()).text).toMatch(new RegExp(`^（代报）已补充到编号 ${number}`))
  expect(await tell(worker, `匿名 ${number}`)).toContain(`（代报）好的，编号 ${number} 已设为匿名`)
  expect(await tell(worker, `${number} 打我电话13812345678`)).toContain('已补充')
  await nextPush(deputy, `【补充】编号 ${number}`, '[图片]')
  const push = await nextPush(deputy, `【补充】编号 ${number}`)
  expect(push).toContain('群众（匿名）说：')
  expect(push).not.toContain('13812345678')
})

test('a complaint about a deputy, also as more words on a case of theirs, goes to staff and never to that deputy', async () => {
  await tell(deputy, '在手')
  const running = await reportFor(lamp)
  await nextPush(deputy, `编号 ${running}`)
  const complaint = '靳小川代表从来不接电话'
  const answer = await tell(worker, `${running} ${complaint}`)
  const number = numberIn(answer)
  expect(answer).toMatch(/^（代报）已收到/)
  expect(number).not.toBe(running)
  expect(await caseOf(house, number)).toMatchObject({ accused: [first.id], deputy: null, through: 'gw-001' })
  expect((await caseOf(house, number)).resident).not.toBe((await caseOf(house, running)).resident)
  await nextPush(staff, `【待分派】编号 ${number}`, complaint)
  await settled(house)
  expect(shown(deputy).filter((text) => text.includes(complaint) || text.includes(number))).toEqual([])
})

test('a worker without an account any more leaves what is to be told on the staff’s list', async () => {
  const number = await reportFor(lamp)
  expect(await tell(worker, '解绑')).toContain('程小满（网格员）')
  expect(await tell(worker, '确认解绑')).toContain('已解绑')
  const before = pushes(worker).length
  await tell(deputy, `接单 ${number}`)
  const last = (await settled(house)).at(-1)
  expect(last).toMatchObject({ person: 'gw-001', status: 'refused', code: 'unbound', template: 'resident-accepted' })
  expect(pushes(worker)).toHaveLength(before)
  expect(await tell(worker, number)).not.toContain('现在：')
  const again = await house.bind('gw-001')
  expect(await tell(again, `进度 ${number}`)).toContain('代表正在办理')
})
