import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openJournal } from '../../wechaty/journal.ts'
import { humanPace } from '../../wechaty/pace.ts'
import { readSwitch, switchOff, switchOn } from '../../wechaty/switch.ts'
import { until } from '../support/house.ts'
import { installLibrary } from '../../drills/groups/mock.ts'
import { stage, textsOf } from './stage.ts'
import type { Stage } from './stage.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 300_000 })
beforeEach(() => installLibrary())

let on: Stage
beforeEach(async () => {
  on = await stage()
})
afterEach(() => on.stop())

const text = (words: string) => ({ type: 'text', text: words }) as const

describe('what the house sends', () => {
  it('is said in private, once for each key however often it is asked for', async () => {
    const alice = on.mocker.createContact({ name: '阿丽', id: 'alice' })
    const asked = ['k1', 'k1', 'k2', 'k1'].map((key) => on.channel.send(alice.id, text(`有进展 ${key}`), key))
    for (const outcome of await Promise.all(asked)) expect(outcome).toEqual({ status: 'sent', platformId: null })
    expect(on.said).toEqual([
      { chat: 'alice', text: '有进展 k1' },
      { chat: 'alice', text: '有进展 k2' },
    ])
    await on.restart()
    on.mocker.createContact({ name: '阿丽', id: 'alice' })
    expect(await on.channel.send('alice', text('有进展 k1'), 'k1')).toMatchObject({ status: 'sent' })
    expect(on.said).toHaveLength(2)
  })

  it('a picture is said as one', async () => {
    on.mocker.createContact({ name: '阿丽', id: 'alice' })
    const picture = { type: 'picture', text: '', contentType: 'image/png', bytes: new Uint8Array([1, 2, 3]) } as const
    expect(await on.channel.send('alice', picture, 'p')).toMatchObject({ status: 'sent' })
    expect(on.said).toEqual([{ chat: 'alice', text: '' }])
  })

  it('goes to nobody who is no friend, and to nobody we don’t know', async () => {
    on.mocker.createContact({ name: '生人', id: 'stranger', friend: false })
    expect(await on.channel.send('stranger', text('您好'), 'k1')).toMatchObject({
      status: 'refused',
      code: 'NOT_A_FRIEND',
    })
    expect(await on.channel.send('nobody', text('您好'), 'k2')).not.toMatchObject({ status: 'sent' })
    expect(on.said).toEqual([])
  })

  it('cut off while it was said, it is unknown, and never said again', async () => {
    on.mocker.createContact({ name: '阿丽', id: 'alice' })
    await on.gateway.stop()
    openJournal(join(on.folder, 'said.jsonl')).begin('k1')
    await on.restart()
    on.mocker.createContact({ name: '阿丽', id: 'alice' })
    expect(await on.channel.send('alice', text('有进展'), 'k1')).toMatchObject({
      status: 'unknown',
      code: 'INTERRUPTED',
    })
    expect(on.said).toEqual([])
    expect(readFileSync(join(on.folder, 'said.jsonl'), 'utf8')).not.toMatch(/alice|有进展/)
  })

  it('is told how long to wait when a person could not write so fast', async () => {
    await on.restart({ pace: { ...humanPace, switchMs: [20_000, 20_000] } })
    for (const id of ['a', 'b', 'c']) on.mocker.createContact({ name: id, id })
    expect(await on.channel.send('a', text('一'), 'k1')).toMatchObject({ status: 'sent' })
    const second = await on.channel.send('b', text('二'), 'k2')
    const third = await on.channel.send('c', text('三'), 'k3')
    expect([second, third]).toMatchObject([
      { status: 'retry', code: 'PACE' },
      { status: 'retry', code: 'PACE' },
    ])
    if (second.status !== 'retry' || third.status !== 'retry') throw new Error('unreachable')
    expect(third.afterMs - second.afterMs).toBeGreaterThan(15_000)
  })
})

describe('the switch', () => {
  it('takes the account off within moments, and on again; what was heard before still goes in', async () => {
    const alice = on.mocker.createContact({ name: '阿丽', id: 'alice' })
    on.house.down = true
    alice.say('路灯坏了').to(on.me)
    await until(() => on.gateway.status().waiting === 1, 'not heard')
    switchOff(on.folder, { since: '2026-11-23T01:00:00.000Z', why: 'operator' })
    await until(() => on.gateway.status().state === 'off', 'not off')
    on.house.down = false
    await until(() => on.house.heard.length === 1, 'not handed in')
    expect(textsOf(on.house.heard)).toEqual(['路灯坏了'])
    expect(await on.channel.send('alice', text('有进展'), 'k1')).toMatchObject({
      status: 'retry',
      code: 'SWITCHED_OFF',
    })
    expect(on.said).toEqual([])
    switchOn(on.folder)
    await until(() => on.gateway.status().state !== 'off', 'still off')
    on.mocker.login(on.me)
    await until(() => on.gateway.status().state === 'on', 'not on')
    expect(await on.channel.send('alice', text('有进展'), 'k1')).toMatchObject({ status: 'sent' })
  })

  it('turns itself off after five failures in a row, each of them unknown', async () => {
    on.mocker.createContact({ name: '阿丽', id: 'alice' })
    on.puppet.messageSendText = () => Promise.reject(new Error('发给阿丽失败'))
    for (let index = 0; index < 5; index++) {
      expect(await on.channel.send('alice', text('有进展'), `k${index}`)).toMatchObject({ status: 'unknown' })
    }
    expect(readSwitch(on.folder)).toMatchObject({ why: 'failures' })
    await until(() => on.gateway.status().state === 'off', 'not off')
    expect(on.logged.join('')).not.toContain('阿丽')
  })
})
