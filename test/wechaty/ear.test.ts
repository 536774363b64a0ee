import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEar } from '../../wechaty/ear.ts'
import type { Line } from '../../wechaty/ear.ts'

const start = new Date('2026-11-23T01:00:00Z').getTime()
const line = (more: Partial<Line> = {}): Line => ({
  room: { id: 'r', topic: '群' },
  from: 'alice',
  text: '路灯坏了',
  names: ['码上', '码上-小助手'],
  mentionsUs: false,
  mentionsOthers: false,
  at: new Date(start),
  ...more,
})
const ear = () => createEar({ openingWords: ['码上'], listensIn: (topic) => topic === '开放群' })
const words = fc.string({
  unit: fc.constantFrom('路', '灯', '坏', '了', 'a', ' ', '，', '@', '码', '上'),
  maxLength: 12,
})

describe('what is said to us', () => {
  it.each([
    ['@码上\u2005路灯坏了', true, '路灯坏了'],
    ['@码上 路灯坏了', false, '路灯坏了'],
    ['@码上-小助手\u2005路灯坏了', true, '路灯坏了'],
    ['路灯坏了 @码上', true, '路灯坏了'],
    ['你好@码上 ，路灯坏了', true, '你好 路灯坏了'],
    ['@群里给我起的名字\u2005路灯坏了', true, '路灯坏了'],
    ['码上，路灯坏了', false, '路灯坏了'],
    ['  码上：路灯坏了', false, '路灯坏了'],
    ['码上\n路灯坏了', false, '路灯坏了'],
    ['@码上', true, ''],
    ['码上', false, ''],
  ])('%j', (text, mentionsUs, said) => {
    expect(ear().heed(line({ text, mentionsUs }))).toEqual({ heard: 'addressed', text: said })
  })

  it.each([
    ['码上就到'],
    ['我码上办了'],
    ['@码上办事 你好'],
    ['听说 @码上 有用'],
    ['@所有人 停水通知'],
    ['@all 码上'],
    ['路灯坏了'],
    [''],
  ])('and what is not: %j', (text) => {
    expect(ear().heed(line({ text }))).toBeNull()
  })

  it('a mention of everybody is none of us, even where the platform counts us in', () => {
    expect(ear().heed(line({ text: '@所有人 停水通知', mentionsUs: true, mentionsOthers: true }))).toBeNull()
  })

  it('without being called nothing is ever heard, whatever is said', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(words, fc.constantFrom('alice', 'bob'), fc.nat(300_000)), { maxLength: 20 }),
        (said) => {
          const quiet = createEar({ openingWords: ['政府你好'], listensIn: () => false })
          for (const [text, from, ms] of said) {
            const names = ['无人叫这个']
            expect(quiet.heed(line({ text, from, names, at: new Date(start + ms) }))).toBeNull()
          }
        },
      ),
    )
  })
})

describe('the minute after', () => {
  it('follows the same person in the same group, and is not drawn out by what follows', () => {
    fc.assert(
      fc.property(fc.nat(120_000), fc.boolean(), fc.boolean(), (ms, samePerson, sameRoom) => {
        const hears = ear()
        hears.heed(line({ text: '@码上 路灯坏了' }))
        hears.heed(line({ text: '还有', at: new Date(start + Math.min(ms, 30_000)) }))
        const heed = hears.heed(
          line({
            text: '三号楼',
            at: new Date(start + ms),
            from: samePerson ? 'alice' : 'bob',
            room: { id: sameRoom ? 'r' : 'r2', topic: '群' },
          }),
        )
        expect(heed).toEqual(samePerson && sameRoom && ms <= 60_000 ? { heard: 'following', text: '三号楼' } : null)
      }),
    )
  })

  it('leaves out what turns to somebody else, and lets pictures in', () => {
    const hears = ear()
    hears.heed(line({ text: '@码上 路灯坏了' }))
    expect(hears.heed(line({ text: '@老波 在家吗', mentionsOthers: true }))).toBeNull()
    expect(hears.heed(line({ text: '@老波 在家吗' }))).toBeNull()
    expect(hears.heed(line({ text: null }))).toEqual({ heard: 'following', text: null })
  })

  it('follows a bare call, and a matter that listening found', () => {
    const hears = ear()
    hears.heed(line({ text: '@码上' }))
    expect(hears.heed(line())).toEqual({ heard: 'following', text: '路灯坏了' })
    expect(hears.heed(line({ from: 'bob' }))).toBeNull()
    hears.attend('r', 'bob', new Date(start))
    expect(hears.heed(line({ from: 'bob' }))).toEqual({ heard: 'following', text: '路灯坏了' })
  })

  it('an old message delivered late follows nothing that came after it', () => {
    const hears = ear()
    hears.heed(line({ text: '@码上 路灯坏了' }))
    expect(hears.heed(line({ text: '昨天的话', at: new Date(start - 1) }))).toBeNull()
  })
})

describe('listening', () => {
  it('is for groups that have it, for words, and not for what is said to somebody', () => {
    const open = { id: 'r', topic: '开放群' }
    expect(ear().heed(line({ room: open }))).toEqual({ heard: 'listening', text: '路灯坏了' })
    expect(ear().heed(line({ room: open, text: null }))).toBeNull()
    expect(ear().heed(line({ room: open, text: '@老波 路灯坏了' }))).toBeNull()
  })
})
