import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Member, Person, ShownCard } from '#simulators'
import { listMedia } from '#store'
import {
  caseOf,
  deliveries,
  first,
  nextPush,
  numberIn,
  report,
  second,
  settled,
  tell,
  timeline,
} from '../../house/scene.ts'
import { cards, messages, startWecomHouse } from './house.ts'
import type { WecomHouse } from './house.ts'

let house: WecomHouse
let one: Member

beforeEach(async () => {
  house = await startWecomHouse()
  one = await house.bindMember(first.id)
})
afterEach(() => house.stop())

/** A new case in the first deputy's hands, on a card. */
async function newCase(words?: string): Promise<{ resident: Person; number: string; card: ShownCard }> {
  const resident = house.resident()
  const number = await report(resident, words, `d-${first.id}`)
  const card = await house.until(() => cards(one).find(({ title }) => title.includes(number)), 'no card came')
  return { resident, number, card }
}

/** The last thing to be told to the first deputy, once nothing is under way. */
const lastTold = async () => (await settled(house)).findLast(({ person }) => person === first.id)

const hears = (member: Member, ...parts: string[]) =>
  house.until(
    () => messages(member).find((text) => parts.every((part) => text.includes(part))),
    `no message with ${parts.join(' + ')}; there is:\n${messages(member).join('\n---\n')}`,
  )
const replaced = (card: ShownCard) => house.until(() => card.replaced, 'the card keeps its buttons')

test('the address passes WeCom’s check', async () => {
  expect(await house.wecom.verifyWebhook()).toBe(true)
})

test.each(['sendImage', 'sendVoice', 'sendVideo'] as const)('%s: what lies behind it is fetched', async (send) => {
  expect((await one[send]()).status).toBe(200)
  await house.until(async () => (await listMedia(house.ledger.pool, 'fetched', 10)).length === 1, 'not fetched')
})

describe('a new case on a card', () => {
  test('accept: the case is accepted, the resident hears of it, the card is changed, once', async () => {
    const { resident, number, card } = await newCase()
    expect(card).toMatchObject({ title: `新诉求 编号 ${number}`, replaced: null })
    expect(card.buttons.map(({ text }) => text)).toEqual(['接单', '退回', '详情'])
    const tapped = await one.tap('接单', card)
    expect(tapped).toMatchObject({ status: 200, text: null, attempts: 1 })
    await nextPush(resident, `编号 ${number}：靳小川代表已接单`)
    expect(await replaced(card)).toBe('您已接单')
    await hears(one, `已接单：编号 ${number}`, '请在')
    expect(await timeline(house, number)).toEqual(['opened', 'routed', 'accepted'])
    const mine = (await settled(house)).filter(({ person }) => person === first.id)
    expect(mine.map(({ template, status }) => [template, status])).toEqual([
      ['deputy-new-case', 'sent'],
      ['card-tapped', 'sent'],
      ['continued', 'sent'],
    ])
    expect(house.wecom.delivered.filter(({ kind }) => kind === 'card-result')).toHaveLength(1)
  })

  test('the same tap pushed again is one tap', async () => {
    const { number, card } = await newCase()
    const createTime = Math.floor(house.clock().getTime() / 1000)
    const [a, b] = await Promise.all([one.tap('接单', card, { createTime }), one.tap('接单', card, { createTime })])
    expect([a.status, b.status]).toEqual([200, 200])
    await replaced(card)
    const mine = (await settled(house)).filter(({ person }) => person === first.id)
    expect(mine.filter(({ template }) => template === 'card-tapped')).toHaveLength(1)
    expect(await timeline(house, number)).toEqual(['opened', 'routed', 'accepted'])
  })

  test('decline: asks for the reason, and the buttons stay until it is given', async () => {
    await house.bindMember(second.id)
    const { resident, number, card } = await newCase()
    await one.tap('退回', card)
    await hears(one, '请写上退回的原因')
    expect(card.replaced).toBeNull()
    expect(await caseOf(house, number)).toMatchObject({ status: 'routed', deputy: first.id })
    expect((await one.say(`退回 ${number} 不归我们社区管`)).text).toContain(`已退回：编号 ${number}`)
    await nextPush(resident, '换由阮秋实代表')
    await one.tap('接单', card)
    expect(await replaced(card)).toBe('此件已处理')
    await hears(one, `编号 ${number} 不在您手里`)
    expect(await caseOf(house, number)).toMatchObject({ deputy: second.id })
  })

  test('open: the words in full, and the buttons stay', async () => {
    const words = `晨光佳苑3号楼路灯坏了${'，晚上看不见路'.repeat(40)}`
    const { card } = await newCase(words)
    expect(card.words).not.toContain(words)
    await one.tap('详情', card)
    await hears(one, words)
    expect(card.replaced).toBeNull()
  })

  test('a code that no longer serves is refused, and the words arrive all the same', async () => {
    const { number, card } = await newCase()
    house.wecom.misbehave({ errcode: 40058, path: '/cgi-bin/message/update_template_card' })
    await one.tap('接单', card)
    await hears(one, `已接单：编号 ${number}`)
    const sent = (await settled(house)).find(({ template }) => template === 'card-tapped')
    expect(sent).toMatchObject({ status: 'refused', code: '40058' })
    expect(card.replaced).toBeNull()
  })
})

describe('who can’t be reached in WeCom', () => {
  test('is written to on their other account, and here again once they are back', async () => {
    const phone = await house.bind(first.id)
    await one.enter()
    await one.say('在手')
    one.state.visible = false
    const number = await report(house.resident(), undefined, `d-${first.id}`)
    await nextPush(phone, '【新诉求】', `编号 ${number}`)
    expect(await lastTold()).toMatchObject({ status: 'sent' })
    // Nothing more is tried there.
    const asked = house.wecom.met
    house.wecom.misbehave({ errcode: 81013 })
    await report(house.resident(), undefined, `d-${first.id}`)
    await settled(house)
    expect([asked, house.wecom.met]).toEqual([0, 0])
    house.wecom.behave()
    await one.subscribe()
    const next = await report(house.resident(), undefined, `d-${first.id}`)
    await house.until(() => cards(one).some(({ title }) => title.includes(next)), 'no card came')
  })

  test('without another account it waits, is listed, and goes out when they are back', async () => {
    one.state.visible = false
    const number = await report(house.resident(), undefined, `d-${first.id}`)
    expect(await lastTold()).toMatchObject({ status: 'refused', code: 'left' })
    await one.subscribe()
    await house.until(() => cards(one).some(({ title }) => title.includes(number)), 'no card came')
    expect((await settled(house)).filter(({ status }) => status === 'refused')).toEqual([])
  })

  test.each([
    ['no licence', () => (one.state.licensed = false), 'unlicenseduser'],
    ['an address that is not trusted', () => house.wecom.misbehave({ errcode: 60020 }), '60020'],
  ])('%s: refused, and listed with what mends it', async (_what, wrong, code) => {
    wrong()
    await report(house.resident(), undefined, `d-${first.id}`)
    expect(await lastTold()).toMatchObject({ status: 'refused', code })
    const { rows: after } = await house.owner.query<{ reason: string }>('SELECT reason FROM delivery WHERE code = $1', [
      code,
    ])
    expect(after[0]!.reason).toMatch(/console/)
    expect(after[0]!.reason.toLowerCase()).not.toContain(one.userId.toLowerCase())
  })
})

describe('a platform that misbehaves', () => {
  test.each([
    ['cut after it was accepted', { dropAfterAccept: true, times: 1 }, 'unknown', 1],
    ['a gateway’s 502', { http502: true, times: 1 }, 'unknown', 0],
  ] as const)('%s: unknown, never repeated', async (_what, wrong, status, shown) => {
    house.wecom.misbehave(wrong)
    const number = await report(house.resident(), undefined, `d-${first.id}`)
    expect(await lastTold()).toMatchObject({ status, attempts: 1 })
    expect(cards(one).filter(({ title }) => title.includes(number))).toHaveLength(shown)
  })

  test('busy: put off, then sent', async () => {
    house.wecom.misbehave({ errcode: -1, times: 1 })
    const number = await report(house.resident(), undefined, `d-${first.id}`)
    await house.until(async () => (await deliveries(house)).some(({ code }) => code === '-1'), 'not put off')
    house.clock.advance(10_000)
    await house.until(() => cards(one).some(({ title }) => title.includes(number)), 'no card came')
    expect(await lastTold()).toMatchObject({ status: 'sent', attempts: 2 })
  })

  test('a token that ended in the middle is renewed', async () => {
    await newCase()
    house.wecom.misbehave({ expireTokens: true })
    await newCase()
    expect((await settled(house)).every(({ status }) => status === 'sent')).toBe(true)
  })
})

test('more than thirty a minute wait instead of being dropped, in order', async () => {
  const { resident, number } = await newCase()
  for (let i = 1; i <= 34; i++) await tell(resident, `编号 ${number} 补充第${i}条`)
  const waiting = () =>
    deliveries(house).then((all) => all.filter(({ status, person }) => status === 'ready' && person === first.id))
  const mine = () => house.wecom.delivered.filter(({ to }) => to === one.userId)
  await house.until(() => mine().length === 30, 'not thirty yet')
  await house.until(async () => (await waiting()).length === 5, 'five should wait')
  expect(house.wecom.dropped).toEqual([])
  await house.until(async () => {
    const { rows } = await house.owner.query<{ ahead: number | null }>(
      `SELECT extract(epoch FROM max(not_before) - $1::timestamptz)::int AS ahead FROM delivery WHERE status = 'ready'`,
      [house.clock()],
    )
    return (rows[0]!.ahead ?? 0) > 30
  }, 'nothing was put off')
  house.clock.advance(95_000)
  await hears(one, '补充第34条')
  expect(house.wecom.dropped).toEqual([])
  const told = mine()
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => /第(\d+)条/.exec(text)?.[1])
  expect(told).toEqual(Array.from({ length: 34 }, (_, index) => String(index + 1)))
})

describe('a station’s duty group', () => {
  const group = () => house.wecom.delivered.filter(({ to }) => to === 'robot:st-02')

  test('hears the number, the topic and the deadline of a new case, and nothing that tells whose it is', async () => {
    const resident = house.resident()
    const number = await report(resident, '我是王秀英，电话13812345678，晨光佳苑3号楼路灯坏了', 's-st-02')
    const said = await house.until(() => group()[0], 'the group heard nothing')
    expect(said.text).toContain(`编号 ${number}`)
    expect(said.text).toMatch(/前接单/)
    for (const secret of ['王秀英', '13812345678', '晨光佳苑', '3号楼', '路灯坏了'])
      expect(said.text).not.toContain(secret)
    expect(said.mentioned).toEqual([])
    expect(await settled(house)).toContainEqual(
      expect.objectContaining({ template: 'group-new-case', status: 'sent', person: 'group-st-02' }),
    )
  })

  test('is called on by name in an emergency, once', async () => {
    const resident = house.resident()
    await resident.scan('s-st-02')
    const answer = await tell(resident, '晨光佳苑3号楼楼道里煤气味很浓，有人晕倒了')
    const said = await house.until(() => group()[0], 'the group heard nothing')
    expect(said.text).toContain(`【紧急】编号 ${numberIn(answer)}`)
    expect(said.mentioned).toEqual(['@all'])
    await settled(house)
    expect(group()).toHaveLength(1)
  })

  test('hears nothing of a complaint about one of its deputies', async () => {
    const resident = house.resident()
    await resident.scan('s-st-02')
    await tell(resident, '我要投诉靳小川代表，收了钱不办事')
    await settled(house)
    expect(group()).toEqual([])
  })

  test('over twenty a minute it waits', async () => {
    for (let i = 0; i < 22; i++) await report(house.resident(), undefined, 's-st-02')
    await house.until(() => group().length === 20, 'not twenty yet')
    await house.until(
      async () =>
        (await deliveries(house)).filter(({ person, status }) => person === 'group-st-02' && status === 'ready')
          .length === 2,
      'two should wait',
    )
    house.clock.advance(95_000)
    await house.until(() => group().length === 22, 'not all came')
  })
})
