import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { until } from '../support/house.ts'
import { installLibrary, picture } from '../../drills/groups/mock.ts'
import { blocked, stage, textsOf } from './stage.ts'
import type { Stage } from './stage.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 300_000 })
beforeEach(() => installLibrary())

let on: Stage
beforeEach(async () => {
  on = await stage()
})
afterEach(() => on.stop())

/** Until the house has heard so many, and nothing is left that it could still hear. */
async function heard(count: number): Promise<string[]> {
  await until(() => on.house.heard.length >= count, `the house heard ${on.house.heard.length} of ${count}`)
  await on.gateway.heardAll()
  await until(() => on.gateway.status().waiting === 0, 'something still waits')
  return textsOf(on.house.heard)
}

const logs = (words: string) => until(() => on.logged.some((line) => line.includes(words)), `not logged: ${words}`)
const oldestIn = (folder: string): string => {
  const [name] = readdirSync(join(on.folder, folder))
    .filter((file) => file.endsWith('.sealed'))
    .sort()
  return join(on.folder, folder, name!)
}

describe('in a group', () => {
  it('a mention or the opening word speaks to us, without what only calls us; other talk goes nowhere', async () => {
    const alice = on.mocker.createContact({ name: '阿丽', id: 'alice' })
    const bob = on.mocker.createContact({ name: '老波', id: 'bob' })
    const room = on.room('晨光佳苑业主群', alice, bob)
    bob.say('今天谁家有多的白菜').to(room)
    alice.say('@码上\u2005路灯坏了', [on.me]).to(room)
    bob.say('@阿丽\u2005是哪盏', [alice]).to(room)
    bob.say('码上 垃圾没人收').to(room)
    bob.say('码上就到').to(room)
    expect(await heard(2)).toEqual(['路灯坏了', '垃圾没人收', '码上就到'])
    expect(on.house.heard.map(({ room }) => room?.heard)).toEqual(['addressed', 'addressed', 'following'])
    expect(on.house.heard[0]).toMatchObject({
      channel: 'wechaty',
      account: 'me',
      address: 'alice',
      room: { id: room.id, private: true },
    })
  })

  it('a mention that the client did not mark counts by its name', async () => {
    const alice = on.mocker.createContact({ name: '阿丽' })
    const room = on.room('群', alice)
    alice.say('@码上 楼道灯不亮').to(room)
    expect(await heard(1)).toEqual(['楼道灯不亮'])
  })

  it('what the same person adds within the minute belongs to it, pictures too; what others say does not', async () => {
    const [alice, bob] = [on.mocker.createContact({ name: '阿丽' }), on.mocker.createContact({ name: '老波' })]
    const room = on.room('群', alice, bob)
    const bytes = Buffer.from('a picture of a lamp')
    alice.say('@码上 路灯坏了', [on.me]).to(room)
    bob.say('我家也是').to(room)
    alice.say(await picture(bytes)).to(room)
    alice.say('三号楼门口').to(room)
    alice.say('@老波 你家几号楼', [bob]).to(room)
    expect(await heard(3)).toEqual(['路灯坏了', '[image]', '三号楼门口'])
    const image = on.house.heard[1]!
    const media = await on.channel.fetchMedia!(image.content)
    expect(media).toMatchObject({ status: 'fetched', contentType: 'image/png' })
    expect(media.status === 'fetched' && Buffer.from(media.bytes).equals(bytes)).toBe(true)
    expect(await on.channel.fetchMedia!({ type: 'image', mediaId: 'no such', url: null })).toMatchObject({
      status: 'refused',
      code: 'GONE',
    })
  })

  it('the answer is said in the group, and mentions nobody', async () => {
    on.house.answer = () => '已登记，编号 1042-9。'
    const alice = on.mocker.createContact({ name: '三号楼201王芳' })
    const room = on.room('群', alice)
    alice.say('@码上 路灯坏了', [on.me]).to(room)
    await until(() => on.said.length === 1, 'no answer')
    expect(on.said).toEqual([{ chat: room.id, text: '已登记，编号 1042-9。' }])
  })

  it('where the city says so, all talk is passed on as listened to, and an answer opens the minute', async () => {
    on.house.answer = ({ content, room }) =>
      room?.heard === 'listening' && content.type === 'text' && content.text.includes('水管') ? '已登记' : null
    const alice = on.mocker.createContact({ name: '阿丽' })
    const room = on.room('开放群', alice)
    alice.say('吃了吗').to(room)
    alice.say(await picture(Buffer.from('x'))).to(room)
    alice.say('水管爆了没人管').to(room)
    await until(() => on.said.length === 1, 'no answer')
    alice.say(await picture(Buffer.from('y'))).to(room)
    expect(await heard(3)).toEqual(['吃了吗', '水管爆了没人管', '[image]'])
    expect(on.house.heard.map(({ room }) => room?.heard)).toEqual(['listening', 'listening', 'following'])
  })
})

describe('in private', () => {
  it('everything is said to us, and answered there', async () => {
    on.house.answer = () => '您好'
    const alice = on.mocker.createContact({ name: '阿丽', id: 'alice' })
    alice.say('在吗').to(on.me)
    expect(await heard(1)).toEqual(['在吗'])
    expect(on.house.heard[0]!.room).toBeUndefined()
    await until(() => on.said.length === 1, 'no answer')
    expect(on.said).toEqual([{ chat: 'alice', text: '您好' }])
  })

  it('an official account and the platform itself are not people', async () => {
    const news = on.mocker.createContact({ name: '某某日报', type: 2 })
    const alice = on.mocker.createContact({ name: '阿丽' })
    news.say('今日头条').to(on.me)
    alice.say('你好').to(on.me)
    expect(await heard(1)).toEqual(['你好'])
  })
})

describe('whatever happens', () => {
  it('the same message twice is one', async () => {
    on.house.answer = () => '收到'
    const alice = on.mocker.createContact({ name: '阿丽' })
    alice.say('路灯坏了').to(on.me)
    await until(() => on.said.length === 1, 'no answer')
    const [id] = on.mocker.cacheMessagePayload.keys()
    on.puppet.emit('message', { messageId: id! })
    alice.say('还有一件').to(on.me)
    await until(() => on.said.length === 2, 'no second answer')
    expect(await heard(2)).toEqual(['路灯坏了', '还有一件'])
    expect(on.said).toHaveLength(2)
  })

  it('a handler that throws ends nothing, and the next message comes', async () => {
    const alice = on.mocker.createContact({ name: '阿丽' })
    on.puppet.emit('message', { messageId: 'of which the puppet knows nothing' })
    const { messageFile } = on.puppet
    on.puppet.messageFile = () => Promise.reject(new Error('words of 阿丽 in an error'))
    alice.say(await picture(Buffer.from('x'))).to(on.me)
    on.puppet.messagePayload = ((payload) => {
      let once = true
      return (id: string) => (once ? ((once = false), Promise.reject(new Error('阿丽说了什么'))) : payload(id))
    })(on.puppet.messagePayload.bind(on.puppet))
    alice.say('这一条先读不出来').to(on.me)
    alice.say('这一条读得出来').to(on.me)
    // A picture that can't be had is still something said; what could not be read at first is read again.
    expect(await heard(3)).toEqual(['[image]', '这一条先读不出来', '这一条读得出来'])
    on.puppet.messageFile = messageFile
    expect(on.logged.join('')).not.toMatch(/阿丽|说了什么|读得出来/)
    expect(on.logged.join('')).toContain('could not be read')
  })

  it('what is heard while the house is down waits, sealed, in order, over a restart of ours', async () => {
    const alice = on.mocker.createContact({ name: '阿丽' })
    on.house.down = true
    for (const text of ['第一句', '第二句', '第三句']) alice.say(text).to(on.me)
    await until(() => on.gateway.status().waiting === 3, 'nothing waits')
    const folder = join(on.folder, 'heard')
    const files = readdirSync(folder).filter((file) => file.endsWith('.sealed'))
    expect(files).toHaveLength(3)
    for (const file of files) {
      expect(readFileSync(join(folder, file)).includes('句')).toBe(false)
      expect(statSync(join(folder, file)).mode & 0o077).toBe(0)
    }
    await on.restart()
    expect(on.house.heard).toEqual([])
    on.house.down = false
    expect(await heard(3)).toEqual(['第一句', '第二句', '第三句'])
    expect(readdirSync(folder)).toEqual(['aside'])
  })

  it('what was heard right before the account went off is not lost', async () => {
    const alice = on.mocker.createContact({ name: '阿丽' })
    const room = on.room('群', alice)
    alice.say('先认识一下').to(on.me)
    await heard(1)
    for (let n = 0; n < 50; n++) alice.say(`@码上 第${n}件`, [on.me]).to(room)
    await on.restart()
    expect(await heard(51)).toEqual(['先认识一下', ...Array.from({ length: 50 }, (_, n) => `第${n}件`)])
  })

  it('a message the house took in while the line was cut is answered once', async () => {
    on.house.answer = () => '已登记'
    on.house.cut = 2
    const alice = on.mocker.createContact({ name: '阿丽' })
    alice.say('路灯坏了').to(on.me)
    await until(() => on.said.length > 0, 'no answer')
    expect(await heard(1)).toEqual(['路灯坏了'])
    expect(on.said).toHaveLength(1)
  })

  it('while its files can’t be written it says nothing twice and loses nothing, and goes on afterwards', async () => {
    on.house.answer = ({ content }) => (content.type === 'text' ? `收到${content.text}` : null)
    const alice = on.mocker.createContact({ name: '阿丽' })
    // The journal, before anything is said.
    const journal = blocked(join(on.folder, 'said.jsonl'))
    alice.say('一').to(on.me)
    await logs('journal could not be written')
    expect(on.said).toEqual([])
    journal()
    await until(() => on.said.length === 1, 'the first answer was never said')

    // What waits to be said can't be removed once it is.
    const { messageSendText } = on.puppet
    let unsaid = () => {}
    on.puppet.messageSendText = (...said) => {
      on.puppet.messageSendText = messageSendText
      unsaid = blocked(oldestIn('unsaid'))
      return messageSendText.apply(on.puppet, said)
    }
    alice.say('二').to(on.me)
    await logs('an answer could not be dealt with')
    unsaid()

    // What was heard can't be removed once the house has it.
    const { answer } = on.house
    let waiting = () => {}
    on.house.answer = (inbound) => {
      on.house.answer = answer
      waiting = blocked(oldestIn('heard'))
      return answer(inbound)
    }
    alice.say('三').to(on.me)
    await logs('what was heard could not be handed in')
    waiting()
    alice.say('四').to(on.me)
    expect(await heard(4)).toEqual(['一', '二', '三', '四'])
    await until(() => on.gateway.status().unsaid === 0, 'an answer waits for ever')
    expect(on.said.map(({ text }) => text)).toEqual(['收到一', '收到二', '收到三', '收到四'])
  })

  it('a picture that can’t be read just now is not gone for good', async () => {
    const alice = on.mocker.createContact({ name: '阿丽' })
    alice.say(await picture(Buffer.from('a lamp'))).to(on.me)
    await heard(1)
    const { content } = on.house.heard[0]!
    const free = blocked(oldestIn('media'))
    expect(await on.channel.fetchMedia!(content)).toMatchObject({ status: 'retry', code: 'HTTP_500' })
    free()
    expect(await on.channel.fetchMedia!(content)).toMatchObject({ status: 'fetched' })
  })

  it('login, logout by our own restart, and reconnect: it hears again, each message once', async () => {
    const alice = on.mocker.createContact({ name: '阿丽' })
    alice.say('之前').to(on.me)
    await heard(1)
    await on.puppet.reset('connection lost')
    await until(() => on.gateway.status().state !== 'on', 'still on')
    expect(on.gateway.status().stopped).toBeNull()
    on.mocker.scan('https://login.example/first', 2)
    on.mocker.scan('https://login.example/second', 2)
    await until(() => on.gateway.status().scan === 'https://login.example/second', 'no link')
    on.mocker.login(on.me)
    await until(() => on.gateway.status().state === 'on', 'not on')
    alice.say('之后').to(on.me)
    expect(await heard(2)).toEqual(['之前', '之后'])
    const log = on.logged.join('')
    // The link once, and no other; who we are never.
    expect(log.match(/https:\/\/login\.example\/first/g)).toHaveLength(1)
    expect(log).not.toContain('second')
  })

  it('thrown out by the platform, it stays off over a restart until it is switched on', async () => {
    await on.puppet.logout('kicked off by another device')
    await until(() => on.gateway.status().state === 'off', 'not off')
    expect(on.gateway.status().stopped).toMatchObject({ why: 'logged-out' })
    await on.restart()
    expect(on.gateway.status().state).toBe('off')
    expect(await on.channel.send('alice', { type: 'text', text: '有进展' }, 'k')).toMatchObject({
      status: 'retry',
      code: 'SWITCHED_OFF',
    })
  })
})
