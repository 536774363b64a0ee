import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createChannels } from '#channels'
import { createBindingCode, verify } from '#store'
import { deliveries, numberIn, settled } from '../house/scene.ts'
import { startTestHouse, testCity, until } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { installLibrary, picture, pixel } from '../../drills/groups/mock.ts'
import type { MockContact } from '../../drills/groups/mock.ts'
import { raiseGateway, secret } from './stage.ts'
import type { Stage } from './stage.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 300_000 })

let house: TestHouse
let up: Awaited<ReturnType<typeof raiseGateway>>
const said: Stage['said'] = []
const folder = mkdtempSync(join(tmpdir(), 'mashang-wechaty-'))
/** The channel asks at call time, when the gateway is there. */
let gatewayUrl = ''

beforeAll(async () => {
  installLibrary()
  house = await startTestHouse({
    city: testCity(),
    channels: (clock) => {
      const settings = { secret, gatewayUrl: 'http://gateway' }
      const redirected: typeof fetch = (url, init) => fetch(String(url).replace('http://gateway', gatewayUrl), init)
      return createChannels({ wechaty: settings }, { clock, fetch: redirected })
    },
  })
  up = await raiseGateway({
    botUrl: `http://127.0.0.1:${house.bot.port}`,
    folder,
    log: pino({ level: 'silent' }),
    said,
    listeningIn: ['晨光佳苑有话说'],
    clock: house.clock,
  })
  gatewayUrl = up.gatewayUrl
})
afterAll(async () => {
  await up.gateway.stop()
  await house.stop()
  rmSync(folder, { recursive: true, force: true })
})

let people = 0
const person = (friend: boolean): MockContact =>
  up.mocker.createContact({ name: `3号楼${++people}01王芳`, id: `wxid_p${people}`, friend })
const room = (topic: string, ...members: MockContact[]) =>
  up.mocker.createRoom({ topic, memberIdList: ['me', ...members.map(({ id }) => id)] })

const to = (chat: string) => said.filter((each) => each.chat === chat).map(({ text }) => text)
/** What was said to a chat, once there are so many. */
const heardBy = (chat: string, count: number) =>
  until(() => (to(chat).length >= count ? to(chat) : null), `${chat} heard ${JSON.stringify(to(chat))}`)

async function rows(): Promise<{ type: string; text: string | null; meaning: string; answer: string | null }[]> {
  await up.gateway.heardAll()
  await until(() => up.gateway.status().waiting === 0 && up.gateway.status().unsaid === 0, 'something waits')
  const { rows } = await house.owner.query<{
    type: string
    text: string | null
    meaning: string
    answer: string | null
  }>('SELECT type, text, meaning, answer FROM message ORDER BY id')
  return rows
}

describe('a group', () => {
  it('reads a short answer without a name, a place or a deputy; the rest goes to the friend alone', async () => {
    const wang = person(true)
    const group = room('晨光佳苑业主群', wang)
    wang.say('@码上 晨光佳苑3号楼路灯坏了两周没人修', [up.me]).to(group)
    const [answer] = await heardBy(group.id, 1)
    const number = numberIn(answer!)
    expect(answer).toBe(`已登记，编号 ${number}。详情和进度我私下发您。`)
    // The receipt itself, then that a deputy has it, in private.
    const [receipt] = await heardBy(wang.id, 1)
    expect(receipt).toContain(`已收到，编号 ${number}`)
    expect(receipt).toContain('晨光佳苑')
    expect(receipt).toMatch(/负责：.+代表/)

    // Said in one breath: one case, and no more noise in the group.
    const before = to(wang.id).length
    wang.say(await picture(pixel)).to(group)
    wang.say('就在门口那盏').to(group)
    await heardBy(wang.id, before + 2)
    const all = await rows()
    expect(all.slice(-3).map(({ meaning }) => meaning)).toEqual(['opened', 'joined', 'joined'])
    expect(to(group.id)).toEqual([answer])
  })

  it('whoever is no friend reads how to go on, and hears the rest once they write in private', async () => {
    const zhou = person(false)
    const group = room('另一个群', zhou)
    zhou.say('码上，人民路街道垃圾三天没人收').to(group)
    const [answer] = await heardBy(group.id, 1)
    const number = numberIn(answer!)
    expect(answer).toBe(`已登记，编号 ${number}。要看详情和进度，请加我好友，私下发“进度”。`)
    await settled(house)
    expect(to(zhou.id)).toEqual([])
    expect((await deliveries(house)).filter(({ code }) => code === 'left').length).toBeGreaterThan(0)

    zhou.payload.friend = true
    zhou.say('进度').to(up.me)
    const shown = await heardBy(zhou.id, 2)
    expect(shown.some((text) => text.startsWith('已收到'))).toBe(true)
    expect(shown.every((text) => text.includes(number))).toBe(true)
    // From now on what they say in a group is answered in private too.
    zhou.payload.friend = false
    zhou.say('@码上 人民路街道井盖丢了一个月', [up.me]).to(group)
    expect((await heardBy(group.id, 2))[1]).toContain('详情和进度我私下发您')
  })

  it('commands, cases and codes are for private: 请私聊我', async () => {
    const deputy = person(true)
    const group = room('代表和居民', deputy)
    const code = await createBindingCode(house.ledger.pool, 'bd-004', new Date(house.clock().getTime() + 600_000))
    deputy.say(`@码上 绑定 ${code}`, [up.me]).to(group)
    expect((await heardBy(group.id, 1))[0]).toBe('群里人多，请私聊我。')
    // Not used up by having been shown to everybody.
    deputy.say(`绑定 ${code}`).to(up.me)
    const bound = await until(() => to(deputy.id).find((text) => text.startsWith('绑定成功')), 'not bound')
    expect(bound).toContain('靳小川')
    for (const words of ['列表', '接单', '1042-9', '进度', '帮助', '4 A 路灯已换新']) {
      const count = to(group.id).length
      deputy.say(`@码上 ${words}`, [up.me]).to(group)
      expect((await heardBy(group.id, count + 1)).at(-1), words).toBe('群里人多，请私聊我。')
    }
    // A deputy is a resident too.
    const count = to(group.id).length
    deputy.say('@码上 反映 晨光社区公园长椅坏了没人修', [up.me]).to(group)
    expect((await heardBy(group.id, count + 1)).at(-1)).toMatch(/^已登记，编号 \d/)
  })

  it('a danger to life is told what to ring, in front of everybody', async () => {
    const xu = person(true)
    const group = room('急事', xu)
    xu.say('@码上 晨光佳苑5号楼煤气泄漏有人晕倒了', [up.me]).to(group)
    const [answer] = await heardBy(group.id, 1)
    expect(answer).toMatch(/^⚠ 人有危险，请马上拨打 1\d\d！/)
    expect(answer).toMatch(/已登记，编号 \d/)
    expect(answer).not.toContain('晨光佳苑')
  })

  it('without being addressed nothing is stored; where the group is listened to, only what is a matter', async () => {
    const [li, sun] = [person(true), person(true)]
    const closed = room('闲聊群', li, sun)
    const open = room('晨光佳苑有话说', li, sun)
    const before = await rows()
    li.say('晨光佳苑3号楼水管爆了没人管').to(closed)
    for (const words of ['今天白菜便宜', '哈哈哈', '谁家孩子找到了', '晚上一起跳舞']) sun.say(words).to(open)
    li.say('晨光佳苑2号楼水管爆了三天没人管，怎么办').to(open)
    li.say('我下楼看看去').to(closed)
    const [answer] = await heardBy(open.id, 1)
    expect(answer).toMatch(/^已登记，编号 \d/)
    const stored = (await rows()).slice(before.length)
    expect(stored.map(({ text }) => text)).toEqual(['晨光佳苑2号楼水管爆了三天没人管，怎么办'])
    expect(to(closed.id)).toEqual([])
    // Neighbours who were only overheard are nobody to the ledger.
    const { rows: known } = await house.owner.query('SELECT id FROM contact WHERE address_hash = $1', [
      house.ledger.keyring.lookupHash(sun.id),
    ])
    expect(known).toEqual([])
  })
})

it('the ledger is whole, and every picture was fetched', async () => {
  await settled(house)
  expect((await verify(house.ledger.pool)).faults).toEqual([])
  const { rows: media } = await until(async () => {
    const found = await house.owner.query<{ status: string }>('SELECT status FROM media')
    return found.rows.length > 0 && found.rows.every(({ status }) => status !== 'waiting') ? found : null
  }, 'media wait')
  expect(media).toEqual([{ status: 'fetched' }])
})
