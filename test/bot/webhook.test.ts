import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { PushResult } from '#simulators'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

interface Stored {
  type: string
  text: string | null
  extra: Record<string, unknown> | null
  meaning: string
  answer: string | null
  salt: string | null
}

describe.each(['plain', 'compatible', 'safe'] as const)('the webhook in %s mode', (mode) => {
  let house: TestHouse
  let known = 0

  beforeAll(async () => {
    house = await startTestHouse({ mode, workers: false })
  })
  afterAll(() => house.stop())

  /** What one push added to the ledger: exactly one message, whose answer is what the phone got. */
  async function stored(result: PushResult): Promise<Stored> {
    expect(result).toMatchObject({ answered: true, status: 200, attempts: 1 })
    const { rows } = await house.owner.query<Stored>(
      'SELECT type, text, extra, meaning, answer, salt FROM message ORDER BY received_at, id',
    )
    expect(rows).toHaveLength(++known)
    const row = rows.at(-1)!
    expect(result.text).toBe(row.answer)
    return row
  }

  test('the platform can check the address', async () => {
    expect(await house.simulator.verifyWebhook()).toBe(true)
  })

  test('a text opens a case, and the receipt comes in the same answer', async () => {
    const row = await stored(await house.resident().say('晨光社区3号楼楼下的路灯坏了两周没人修'))
    expect(row).toMatchObject({
      type: 'text',
      text: '晨光社区3号楼楼下的路灯坏了两周没人修',
      extra: null,
      meaning: 'opened',
    })
    expect(row.salt).toMatch(/^[0-9a-f-]{32,36}$/)
    expect(row.answer).toMatch(/^已收到，编号 \d{4}-\d。\n/)
    expect(row.answer).toContain('晨光社区')
    expect(row.answer).toMatch(/负责：.+代表/)
    expect(row.answer).toMatch(/期限：.+前答复/)
  })

  test('a voice is its recognised words', async () => {
    const row = await stored(await house.resident().sendVoice('晨光社区小区里的井盖丢了'))
    expect(row).toMatchObject({ type: 'voice', text: '晨光社区小区里的井盖丢了', meaning: 'opened' })
    expect(row.extra).toMatchObject({
      format: 'amr',
      recognition: '晨光社区小区里的井盖丢了',
      mediaId: expect.any(String),
    })
  })

  test('a voice without words is taken in all the same', async () => {
    const row = await stored(await house.resident().sendVoice(''))
    expect(row).toMatchObject({ type: 'voice', text: '[语音，没有识别出文字]', meaning: 'opened' })
    expect(row.answer).toContain('什么事')
  })

  test('a picture, and a video after it, are one case', async () => {
    const resident = house.resident()
    const picture = await stored(await resident.sendImage())
    expect(picture).toMatchObject({
      type: 'image',
      text: '[图片]',
      meaning: 'opened',
      extra: { mediaId: expect.any(String) },
    })
    const video = await stored(await resident.sendVideo())
    expect(video).toMatchObject({ type: 'video', text: '[视频]', meaning: 'joined' })
    expect(video.extra).toMatchObject({ mediaId: expect.any(String), thumbMediaId: expect.any(String) })
  })

  test('a place on the map keeps its coordinates', async () => {
    const row = await stored(await house.resident().sendLocation(36.545, 104.173, '公园路'))
    expect(row).toMatchObject({ type: 'location', text: '[位置] 公园路', meaning: 'opened' })
    expect(row.extra).toEqual({ latitude: 36.545, longitude: 104.173, label: '公园路' })
  })

  test('a link keeps its address', async () => {
    const link = { title: '停水通知', description: '没有日期', url: 'https://example.com/a?b=1&c=2' }
    const row = await stored(await house.resident().sendLink(link))
    expect(row).toMatchObject({ type: 'link', text: '[链接] 停水通知 没有日期', extra: link, meaning: 'opened' })
  })

  test('a type nobody knows is stored, and asked for in another way', async () => {
    const row = await stored(await house.resident().sendRaw({ MsgType: 'hologram', Shape: 'cube' }))
    expect(row).toMatchObject({ type: 'unsupported', text: null, extra: { name: 'hologram' }, meaning: 'unsupported' })
    expect(row.answer).toContain('请用文字')
  })

  test('an event nobody knows is stored, and answered with nothing', async () => {
    const row = await stored(
      await house.resident().sendRaw({ MsgType: 'event', Event: 'TEMPLATESENDJOBFINISH', Status: 'success' }),
    )
    expect(row).toMatchObject({
      type: 'event',
      extra: { name: 'TEMPLATESENDJOBFINISH' },
      meaning: 'event',
      answer: null,
    })
  })

  test('who follows by a station’s code is welcomed by its name', async () => {
    const row = await stored(await house.resident().follow('s-st-01'))
    expect(row).toMatchObject({ type: 'follow', extra: { scene: 's-st-01' }, meaning: 'welcome' })
    expect(row.answer).toContain('人民路街道人大代表之家')
  })

  test('who follows without a code, or by one nobody knows, is welcomed by the city', async () => {
    const row = await stored(await house.resident().follow())
    expect(row).toMatchObject({ type: 'follow', extra: { scene: null }, meaning: 'welcome' })
    expect(row.answer).toContain(house.city.name)
    const other = await stored(await house.resident().follow('s-nowhere'))
    expect(other.answer).toBe(row.answer)
  })

  test('who scans a deputy’s code is welcomed by the deputy’s name', async () => {
    const row = await stored(await house.resident().scan('d-bd-001'))
    expect(row).toMatchObject({ type: 'scan', extra: { scene: 'd-bd-001' }, meaning: 'welcome' })
    expect(row.answer).toContain('祁若澜代表')
  })

  test('a tap on the menu is the word it stands for', async () => {
    const row = await stored(await house.resident().click('progress'))
    expect(row).toMatchObject({ type: 'click', extra: { key: 'progress' }, meaning: 'progress' })
    expect(row.answer).toBe(house.say('progress-none', {}))
  })

  test('who leaves is known no more, and is somebody new when they come back', async () => {
    const resident = house.resident()
    const following = async () => {
      const { rows } = await house.owner.query<{ following: boolean }>(
        'SELECT following FROM contact WHERE address_hash = $1',
        [house.ledger.keyring.lookupHash(resident.openid)],
      )
      return rows.map((row) => row.following)
    }
    await stored(await resident.follow())
    expect(await following()).toEqual([true])
    expect(await stored(await resident.unfollow())).toMatchObject({ type: 'unfollow', answer: null })
    expect(await following()).toEqual([])
    await stored(await resident.follow('s-st-02'))
    expect(await following()).toEqual([true])
  })
})
