import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import {
  caseOf, clerk, countCases, first, hour, lamp, nextPush, numberIn, pushes, report, second, settled, station, tell, timeline,
} from './scene.ts' // prettier-ignore
import type { Person } from '#simulators'

let house: TestHouse
let staff: Person
let deputy: Person

beforeAll(async () => {
  house = await startTestHouse({ mode: 'compatible' })
  staff = await house.bind(clerk)
  deputy = await house.bind(first.id)
})
afterAll(() => house.stop())
// Whoever was heard from may be sent five more.
beforeEach(async () => {
  await tell(staff, '进度')
  await tell(deputy, '在手')
})

test('a deputy’s code welcomes by the deputy’s name, and that deputy answers', async () => {
  const resident = house.resident()
  const { text } = await resident.follow(`d-${second.id}`)
  expect(text).toContain('阮秋实代表（晨光社区代表联络站）')
  expect(await tell(resident, lamp)).toContain('负责：阮秋实代表')
})

test('a code that is not ours, and no code at all, welcome all the same', async () => {
  for (const scene of ['s-st-99', 'd-nobody', 'poster', undefined]) {
    const { text } = await house.resident().follow(scene)
    expect(text).toContain('有什么事直接发来就行')
  }
})

test('without a place there is one question, and the answer finds who is responsible', async () => {
  const resident = house.resident()
  const receipt = await tell(resident, '路灯坏了两周没人修')
  const number = numberIn(receipt)
  expect(receipt).toContain('负责：人大办正在安排')
  expect(receipt).toContain('请问事情在哪个地方')
  expect(receipt.match(/？/g)).toHaveLength(1)
  expect(await caseOf(house, number)).toMatchObject({ status: 'triage', deputy: null })

  const joined = await tell(resident, '晨光佳苑')
  expect(joined).toContain(`已补充到编号 ${number}`)
  expect(joined).toContain('由靳小川代表（晨光社区代表联络站）负责')
  await nextPush(deputy, '【新诉求】', `编号 ${number}`, '路灯坏了两周没人修')
  expect(await caseOf(house, number)).toMatchObject({ status: 'routed', deputy: first.id, place: 'e-001' })
})

test('a place elsewhere than the scanned station goes to the deputies over there', async () => {
  const resident = house.resident()
  await resident.scan(station)
  expect(await tell(resident, '向阳小区门口的路灯不亮')).toContain('负责：苗景行代表（向阳社区代表联络站）')
})

test('more words, a picture, a voice and a place join the open case and reach the deputy', async () => {
  const resident = house.resident()
  const number = await report(resident)
  await nextPush(deputy, `编号 ${number}`, '【新诉求】')
  await tell(deputy, `接单 ${number}`)
  expect(await tell(resident, '晚上老人出门看不见')).toContain(`已补充到编号 ${number}`)
  await nextPush(deputy, `【补充】编号 ${number}`, '晚上老人出门看不见')
  expect((await resident.sendImage()).text).toContain(`编号 ${number}`)
  await nextPush(deputy, `【补充】编号 ${number}`, '[图片]')
  expect((await resident.sendVoice('灯杆也歪了')).text).toContain(`编号 ${number}`)
  await nextPush(deputy, `【补充】编号 ${number}`, '灯杆也歪了')
  expect((await resident.sendLocation(36.5, 104.1, '晨光佳苑南门')).text).toContain(`编号 ${number}`)
  await nextPush(deputy, `【补充】编号 ${number}`, '晨光佳苑南门')
  expect((await caseOf(house, number)).words).toHaveLength(5)
})

test('words on another matter, or long after, open a case of their own', async () => {
  const resident = house.resident()
  const lampCase = await report(resident)
  const heating = numberIn(await tell(resident, '学校乱收补课费，孩子每学期都要交'))
  expect(heating).not.toBe(lampCase)
  const again = house.resident()
  const old = await report(again)
  house.clock.advance(2 * hour)
  expect(numberIn(await tell(again, '小区门口的垃圾没人清理'))).not.toBe(old)
})

test('progress lists one’s own cases, a number shows one, and a stranger’s number shows nothing', async () => {
  const resident = house.resident()
  const stranger = house.resident()
  const number = await report(resident)
  expect(await tell(resident, '进度')).toMatch(new RegExp(`编号 ${number}.*等代表接单`))
  for (const asked of [number, `编号${number}`, number.replace('-', ''), `进度 ${number}`]) {
    const one = await tell(resident, asked)
    expect(one).toContain(`编号 ${number}`)
    expect(one).toContain('靳小川代表')
    expect(one).toMatch(/存证码 [0-9a-f]{12}/)
  }
  for (const asked of [number, `进度 ${number}`, `撤回 ${number}`]) {
    const nothing = await tell(stranger, asked)
    expect(nothing).toContain(`没有找到您名下的编号 ${number}`)
    expect(nothing).not.toMatch(/路灯|晨光|靳小川/)
  }
  expect(await tell(stranger, '进度')).toContain('您还没有在办的事')
  expect(await timeline(house, number)).toEqual(['opened', 'routed'])
})

test('an anonymous case hides who it is, telephone numbers in the words included', async () => {
  const resident = house.resident()
  expect(await tell(resident, '匿名')).toContain('设为匿名')
  const number = await report(resident, '晨光佳苑路灯坏了，我电话139 1234 5678，家里0943-8221234')
  const seen = await nextPush(deputy, `编号 ${number}`, '【新诉求】')
  expect(seen).toContain('群众（匿名）')
  expect(seen).toContain('晨光佳苑路灯坏了')
  expect(seen).not.toMatch(/139|5678|8221234/)
  const detail = await tell(deputy, `详情 ${number}`)
  expect(detail).toContain('晨光佳苑路灯坏了')
  expect(detail).not.toMatch(/5678|8221234/)
  await tell(resident, '补充一下，打13912345678找我')
  expect(await nextPush(deputy, `【补充】编号 ${number}`)).not.toContain('13912345678')
})

test('anonymity may be asked for afterwards, and holds from then on', async () => {
  const resident = house.resident()
  const number = await report(resident)
  expect(await tell(resident, '匿名')).toContain(`编号 ${number} 已设为匿名`)
  await tell(resident, '我手机13700001111')
  const seen = await nextPush(deputy, `【补充】编号 ${number}`)
  expect(seen).not.toContain('13700001111')
  expect(await tell(resident, '匿名')).toContain(`编号 ${number} 已经是这样了`)
})

test('withdrawing ends it and tells the deputy; with several open ones it asks which', async () => {
  const resident = house.resident()
  const number = await report(resident)
  const other = numberIn(await tell(resident, '晨光佳苑旁边学校乱收补课费'))
  expect(await tell(resident, '撤回')).toMatch(/撤回 编号/)
  expect(await tell(resident, `撤回 ${number}`)).toContain(`编号 ${number} 已撤回`)
  await nextPush(deputy, `编号 ${number} 群众已撤回`)
  expect(await caseOf(house, number)).toMatchObject({ status: 'withdrawn', due: null })
  expect(await tell(deputy, `接单 ${number}`)).toContain(`编号 ${number} 不在您手里`)
  expect(await tell(resident, '撤回')).toContain(`编号 ${other} 已撤回`)
  expect(await tell(resident, '撤回')).toContain('没有在办的事')
})

test('help, greetings and thanks are answered and open nothing', async () => {
  const resident = house.resident()
  const before = await countCases(house)
  expect(await tell(resident, '帮助')).toContain('有生命危险请直接打 110、119、120')
  expect(await tell(resident, '你好')).toContain('您好')
  expect(await tell(resident, '谢谢')).toContain('不客气')
  expect(await tell(resident, '今天天气不错')).not.toBe('')
  expect((await resident.click('help')).text).toContain('有什么事直接发来就行')
  expect(await countCases(house)).toBe(before)
})

test('danger to life: the number to call comes first, a case of its own opens, staff are told at once', async () => {
  const resident = house.resident()
  const lampCase = await report(resident, lamp, `d-${first.id}`)
  const receipt = await tell(resident, '晨光佳苑3号楼着火了快来人')
  expect(receipt).toMatch(/^⚠ 人有危险，请马上拨打 119！/)
  const number = numberIn(receipt)
  expect(number).not.toBe(lampCase)
  const alarm = await nextPush(staff, `【紧急】编号 ${number}`, '着火了快来人')
  expect(alarm).not.toContain('拨打 110')
  expect(await caseOf(house, number)).toMatchObject({ urgency: 'emergency', deputy: first.id })
  await nextPush(deputy, `编号 ${number}（危急）`)
})

test('all that was promised in the same breath was sent, nothing twice', async () => {
  const sent = await settled(house)
  expect(sent.filter(({ status, code }) => status !== 'sent' && code !== 'unbound')).toEqual([])
  const texts = pushes(deputy)
  expect(new Set(texts).size).toBe(texts.length)
})
