import { describe, expect, it } from 'vitest'
import type { Content } from '#channels'
import { extraOf, wordsOf } from '../../../bot/dialogue/content.ts'
import { freshMemory, recall } from '../../../bot/dialogue/memory.ts'

describe('the words of a message', () => {
  it('are what was written or recognised', () => {
    expect(wordsOf({ type: 'text', text: '路灯坏了' })).toEqual({ text: '路灯坏了', spoken: true })
    expect(wordsOf({ type: 'voice', mediaId: 'm', format: 'amr', recognition: '路灯坏了' })).toEqual({
      text: '路灯坏了',
      spoken: true,
    })
  })

  it.each([
    [{ type: 'voice', mediaId: 'm', format: 'amr', recognition: '  ' }, '[语音，没有识别出文字]'],
    [{ type: 'voice', mediaId: 'm', format: 'amr', recognition: null }, '[语音，没有识别出文字]'],
    [{ type: 'image', mediaId: 'm' }, '[图片]'],
    [{ type: 'video', mediaId: 'm' }, '[视频]'],
    [{ type: 'location', latitude: 1, longitude: 2, label: '东街 1 号' }, '[位置] 东街 1 号'],
    [{ type: 'location', latitude: 1, longitude: 2, label: '' }, '[位置]'],
    [{ type: 'link', title: '通知', description: '', url: 'u' }, '[链接] 通知'],
  ])('of %j stand for it, unspoken', (content, text) => {
    expect(wordsOf(content as unknown as Content)).toEqual({ text, spoken: false })
  })

  it('are none for an event', () => {
    expect(wordsOf({ type: 'unfollow' })).toBeNull()
  })

  it('leave the rest for the ledger', () => {
    expect(extraOf({ type: 'text', text: 'a' })).toBeNull()
    expect(extraOf({ type: 'unfollow' })).toBeNull()
    expect(extraOf({ type: 'location', latitude: 1, longitude: 2, label: 'x' })).toMatchObject({
      latitude: 1,
      label: 'x',
    })
  })
})

describe('what is remembered', () => {
  it('is read from what an older version stored', () => {
    expect(recall(null)).toEqual(freshMemory)
    expect(recall({ scene: 's-1' })).toEqual({ ...freshMemory, scene: 's-1' })
  })
})
