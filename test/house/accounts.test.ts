import { Command } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBindingCode } from '#store'
import type { Person } from '#simulators'
import { registerBinding } from '../../cli/binding.ts'
import type { Preflight } from '../../cli/preflight.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { visitor } from '../web-chat/visitor.ts'
import { deliveries, first, hour, lamp, nextPush, numberIn, report, settled, shown, tell } from './scene.ts' // prettier-ignore

let house: TestHouse
beforeAll(async () => {
  house = await startTestHouse()
})
afterAll(() => house.stop())

/** What the office types; gives the last line, read as JSON. */
async function office(...words: string[]): Promise<Record<string, unknown>> {
  const lines: string[] = []
  const log = console.log
  console.log = (line: string) => void lines.push(line)
  try {
    const program = new Command().exitOverride()
    registerBinding(program, (work) => work(house.ledger, { city: house.city } as Preflight), house.clock)
    await program.parseAsync([...words, '--json'], { from: 'user' })
  } finally {
    console.log = log
  }
  return JSON.parse(lines.at(-1)!) as Record<string, unknown>
}

async function boundTo(id: string): Promise<string[]> {
  const { rows } = await house.owner.query<{ id: string }>(
    'SELECT id FROM contact WHERE person_id = $1 ORDER BY bound_at',
    [id],
  )
  return rows.map((row) => row.id)
}

/** A case for this deputy, by their own code. */
const caseFor = (id: string, words = lamp) => report(house.resident(), words, `d-${id}`)
const seenNumber = (phone: Person, number: string) => shown(phone).some((text) => text.includes(number))

test('a delivery that one account refuses for good reaches the next one, in order, with the reason kept', async () => {
  const [phone, tablet] = [await house.bind('bd-006'), await house.bind('bd-006')]
  await settled(house)
  house.simulator.misbehave({ errcode: 45015, times: 1 })
  const numbers = [await caseFor('bd-006'), await caseFor('bd-006', '翠湖名邸的电梯坏了三天')]
  await nextPush(phone, '【新诉求】', `编号 ${numbers[0]}`)
  await settled(house)
  // The tablet was heard from last; what it refused went to the phone, and what came after it to the tablet again.
  const { rows } = await house.owner.query(
    `SELECT d.status, d.attempts, d.tried, a.id = $1 AS fallen FROM delivery d JOIN contact a ON a.id = d.account_id
     WHERE d.person_id = 'bd-006' AND template = 'deputy-new-case' ORDER BY seq`,
    [(await boundTo('bd-006'))[0]],
  )
  expect(rows[0]).toMatchObject({ status: 'sent', attempts: 2, fallen: true, tried: [{ code: '45015', channel: 'official-account' }] }) // prettier-ignore
  expect(seenNumber(tablet, numbers[0]!)).toBe(false)
  expect([seenNumber(phone, numbers[1]!), seenNumber(tablet, numbers[1]!)]).toContain(true)
})

test('only when every account refused it is it refused, with what each one said', async () => {
  await house.bind('bd-007')
  await house.bind('bd-007')
  await settled(house)
  house.simulator.misbehave({ errcode: 48002 })
  await caseFor('bd-007')
  const all = await settled(house)
  house.simulator.behave()
  expect(all.filter(({ person }) => person === 'bd-007')).toMatchObject([
    { status: 'refused', code: '48002', attempts: 2 },
  ])
  const { rows } = await house.owner.query<{ reason: string; codes: string[] }>(
    `SELECT reason, ARRAY(SELECT t->>'code' FROM jsonb_array_elements(tried) t) AS codes FROM delivery
     WHERE person_id = 'bd-007'`,
  )
  expect(rows[0]!.codes).toEqual(['48002', '48002'])
  expect(rows[0]!.reason.match(/official-account 48002/g)).toHaveLength(2)
})

test('an account whose window is closed is passed by for one that may be written to', async () => {
  const [phone, tablet] = [await house.bind('bd-008'), await house.bind('bd-008')]
  await settled(house)
  await house.owner.query(`UPDATE contact SET windows = '[]' WHERE id = $1`, [(await boundTo('bd-008'))[1]])
  const number = await caseFor('bd-008')
  await nextPush(phone, '【新诉求】', `编号 ${number}`)
  expect(seenNumber(tablet, number)).toBe(false)
})

test('解绑 asks first, then ends it: no case, no count, no command any more; the other account is told and goes on', async () => {
  const [phone, tablet] = [await house.bind(first.id), await house.bind(first.id)]
  const before = await caseFor(first.id)
  await nextPush(tablet, `编号 ${before}`)
  expect(await tell(tablet, '确认解绑')).toContain('确定请在 10 分钟内回复“确认解绑”')
  house.clock.advance(11 * 60_000)
  expect(await tell(tablet, '确认解绑')).toContain('确定请在')
  expect(await tell(tablet, '解绑')).toContain(
    '靳小川（人大代表）的绑定吗？解绑后这里不再收到诉求。您另外 1 个账号不受影响',
  )
  expect(await boundTo(first.id)).toHaveLength(2)
  expect(await tell(tablet, '确认解绑。')).toContain('已解绑')
  expect(await boundTo(first.id)).toHaveLength(1)
  await nextPush(phone, '您在公众号的一个账号已解除绑定')
  const seen = shown(tablet).length

  const later = await caseFor(first.id)
  await nextPush(phone, '【新诉求】', `编号 ${later}`)
  for (const words of ['在手', `详情 ${before}`, before, `接单 ${before}`, '进度']) await tell(tablet, words)
  for (const text of shown(tablet).slice(seen)) expect(text).not.toMatch(/路灯|晨光|群众说/)
  expect(seenNumber(tablet, later)).toBe(false)
  expect(await tell(tablet, '解绑')).toContain('没有绑定')
  expect(await tell(phone, '在手')).toContain(`编号 ${before}`)
})

test('the office unbinds a lost phone at once: what waits for it is not sent, and unused codes are void', async () => {
  const lost = await house.bind('bd-009')
  const code = await createBindingCode(house.ledger.pool, 'bd-009', new Date(house.clock().getTime() + hour))
  await settled(house)
  await house.stopWorkers()
  const number = await caseFor('bd-009')
  expect(await office('unbind', '--deputy', 'bd-009')).toMatchObject({ id: 'bd-009', unbound: [{ channel: 'official-account' }], left: 0 }) // prettier-ignore
  await house.startWorkers()
  const all = await settled(house)
  expect(all.filter(({ person }) => person === 'bd-009')).toMatchObject([{ status: 'refused', code: 'unbound' }])
  await nextPush(lost, '这个账号已解除绑定')
  expect(seenNumber(lost, number)).toBe(false)
  expect(await tell(lost, `绑定 ${code}`)).toContain('绑定码不对或已过期')
  expect(await boundTo('bd-009')).toEqual([])
  // What was held waits for whoever they bind next.
  expect(await tell(await house.bind('bd-009'), '在手')).toContain(`编号 ${number}`)
})

test('of several accounts the office must say which, or all', async () => {
  const [one, other] = [await house.bind('sf-003'), await house.bind('sf-003')]
  await expect(office('unbind', '--staff', 'sf-003')).rejects.toMatchObject({ code: 'UNBIND_WHICH' })
  await expect(office('unbind', '--deputy', 'sf-003')).rejects.toMatchObject({ code: 'CODE_WHO' })
  await expect(office('unbind', '--staff', 'sf-003', '--account', 'x')).rejects.toMatchObject({ code: 'UNBIND_WHICH' })
  const [account] = await boundTo('sf-003')
  expect(await office('unbind', '--staff', 'sf-003', '--account', account!)).toMatchObject({ left: 1 })
  await nextPush(one, '这个账号已解除绑定')
  await nextPush(other, '您在公众号的一个账号已解除绑定')
  expect(await office('unbind', '--staff', 'sf-003', '--all-accounts')).toMatchObject({ left: 0 })
  await nextPush(other, '这个账号已解除绑定')
  expect(await boundTo('sf-003')).toEqual([])
})

test('a code that replaces binds the new phone and unbinds the old one in the same breath', async () => {
  const old = await house.bind('bd-010')
  const { code } = await office('code', '--deputy', 'bd-010', '--replace')
  expect(await boundTo('bd-010')).toHaveLength(1)
  const fresh = house.resident()
  const answer = await tell(fresh, `绑定 ${code as string}`)
  expect(answer).toContain('绑定成功')
  expect(answer).not.toContain('原来绑定的')
  expect(await boundTo('bd-010')).toHaveLength(1)
  await nextPush(old, '这个账号已解除绑定')
  const number = await caseFor('bd-010')
  await nextPush(fresh, '【新诉求】', `编号 ${number}`)
  expect(seenNumber(old, number)).toBe(false)
})

test('who is off the rolls gets nothing more, though their account was never unbound', async () => {
  const gone = await house.bind('bd-011')
  await settled(house)
  await house.stopWorkers()
  const number = await caseFor('bd-011')
  await house.owner.query(`UPDATE person SET active = false WHERE id = 'bd-011'`)
  await house.startWorkers()
  expect((await settled(house)).filter(({ person }) => person === 'bd-011')).toMatchObject([{ code: 'unbound' }])
  expect(seenNumber(gone, number)).toBe(false)
  await house.owner.query(`UPDATE person SET active = true WHERE id = 'bd-011'`)
})

test('a conversation of the web chat goes on in the official account: the same cases, and pushes to where one was last', async () => {
  const page = visitor(house)
  await page.begin()
  const number = numberIn(await page.tell(`${lamp}，我在这里写的`))
  const { code } = (await (await page.post('/chat/pickup', {})).json()) as { code: string }

  const phone = house.resident()
  const own = await report(phone, '虹桥社区的暖气不热', null)
  const picked = await tell(phone, `接续 ${code.slice(0, 4)} ${code.slice(4)}`)
  expect(picked).toContain('接上了')
  expect(picked).toContain(`编号 ${number}`)
  expect(picked).toContain(`编号 ${own}`)
  expect(await tell(phone, '进度')).toContain(`编号 ${number}`)
  expect(await tell(phone, number)).toContain('存证码')
  expect(await page.tell('进度')).toContain(`编号 ${own}`)
  expect(await tell(house.resident(), `接续 ${code}`)).toContain('接续码不对或已过期')

  // Whichever account was heard from last gets what comes, of all the cases.
  const { rows } = await house.owner.query<{ deputy_id: string }>('SELECT deputy_id FROM "case" WHERE number = $1', [
    number,
  ])
  const deputy = await house.bind(rows[0]!.deputy_id)
  await tell(phone, '谢谢')
  await tell(deputy, `接单 ${number}`)
  await nextPush(phone, `编号 ${number}`, '已接单')
  await tell(deputy, `答复 ${number} A 已修好`)
  await nextPush(phone, `编号 ${number} 有答复了`)
  expect(await tell(phone, `${number} 满意`)).toContain(`编号 ${number} 已记下`)
  const { rows: events } = await house.owner.query(
    `SELECT DISTINCT c.contact_id::text = e.actor->>'id' AS same FROM event e JOIN "case" c ON c.id = e.case_id
     WHERE c.number = $1 AND e.actor->>'party' = 'resident'`,
    [number],
  )
  expect(events).toEqual([{ same: true }])
})

test('the web chat takes no codes itself: anybody could make accounts enough to guess one', async () => {
  const code = await createBindingCode(house.ledger.pool, 'bd-012', new Date(house.clock().getTime() + hour))
  const page = visitor(house)
  await page.begin()
  expect(await page.tell(`绑定 ${code}`)).toContain('请在公众号里发')
  expect(await boundTo('bd-012')).toEqual([])
  expect(await tell(house.resident(), `绑定 ${code}`)).toContain('绑定成功')
})

test('wrong codes of both kinds count together', async () => {
  const guesser = house.resident()
  for (let tries = 0; tries < 5; tries++) {
    const answer = await tell(guesser, `${tries % 2 === 0 ? '接续' : '绑定'} 1000000${tries}`)
    expect(answer).toMatch(/不对或已过期/)
  }
  expect(await tell(guesser, '接续 10000009')).toContain('错了多次')
  const code = await createBindingCode(house.ledger.pool, 'bd-013', new Date(house.clock().getTime() + hour))
  expect(await tell(guesser, `绑定 ${code}`)).toContain('错了多次')
})

/** How many sends about a case to its resident nobody knows of. */
async function unknownOf(number: string): Promise<number> {
  const all = await deliveries(house)
  return all.filter(({ status, person, text }) => status === 'unknown' && person === null && text.includes(number))
    .length
}

test('what may not have arrived is said once more in the next answer, and then it is settled', async () => {
  const deputy = await house.bind('bd-014')
  const resident = house.resident()
  const number = await report(resident, lamp, 'd-bd-014')
  await settled(house)
  house.simulator.misbehave({ dropAfterAccept: true, path: '/cgi-bin/message/custom/send' })
  await tell(deputy, `进展 ${number} 电工明天来`)
  await house.until(async () => (await unknownOf(number)) === 2, 'the sends are known')
  house.simulator.behave()
  const again = await tell(resident, '你好')
  expect(again).toMatch(/上次的消息您可能没收到，再说一遍：\n.*已接单[^]*有进展，.*说：电工明天来/)
  const { rows } = await house.owner.query<{ status: string; meaning: string }>(
    `SELECT d.status, m.meaning FROM delivery d JOIN message m ON m.id = d.resolved_by WHERE d.status = 'resolved'`,
  )
  expect(rows).toEqual([
    { status: 'resolved', meaning: 'chitchat' },
    { status: 'resolved', meaning: 'chitchat' },
  ])
  expect(await tell(resident, '你好')).not.toContain('没收到')
})

test('who names the case, or judges it, has what was said of it: it is settled without a word', async () => {
  const deputy = await house.bind('bd-015')
  const resident = house.resident()
  const number = await report(resident, lamp, 'd-bd-015')
  await settled(house)
  house.simulator.misbehave({ dropAfterAccept: true })
  await tell(deputy, `答复 ${number} A 已修好`)
  await house.until(async () => (await unknownOf(number)) === 2, 'the sends are known')
  house.simulator.behave()
  const judged = await tell(resident, '满意')
  expect(judged).toContain(`编号 ${number} 已记下`)
  expect(judged).not.toContain('没收到')
  expect(await unknownOf(number)).toBe(0)
})

test('an account that was unbound is not told again what it may not have got', async () => {
  const deputy = await house.bind('bd-016')
  await settled(house)
  house.simulator.misbehave({ dropAfterAccept: true, times: 1 })
  const number = await caseFor('bd-016')
  await house.until(async () =>
    (await deliveries(house)).some(({ status, person }) => status === 'unknown' && person === 'bd-016'),
  )
  house.simulator.behave()
  await office('unbind', '--deputy', 'bd-016', '--all-accounts')
  expect(await tell(deputy, '你好')).not.toContain(number)
  expect((await deliveries(house)).filter(({ person }) => person === 'bd-016')).toMatchObject([{ status: 'unknown' }])
  const again = await house.bind('bd-016', deputy)
  expect(await tell(again, '在手')).toMatch(new RegExp(`没收到，再说一遍：\\n【新诉求】编号 ${number}`))
})
