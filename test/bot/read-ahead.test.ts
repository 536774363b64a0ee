import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readAhead } from '../../bot/read-ahead.ts'
import type { Reader } from '#understanding'
import { createReader } from '#understanding'

const sound = createReader({ gazetteer: [], topicWords: [], topics: [], people: [] })

/** A reader that notes what it was asked, and fails where it is told to. */
function noted(fails = false): { reader: Reader; asked: string[] } {
  const asked: string[] = []
  const read: Reader['read'] = (text, options) => {
    asked.push(text)
    if (fails) throw new Error('unreadable')
    return sound.read(text, options)
  }
  return { reader: { read }, asked }
}

describe('a reader that reads ahead', () => {
  it('has read a text by the time it is asked for, and reads it once', async () => {
    const { reader, asked } = noted()
    const eager = readAhead(reader)
    const reading = eager.ahead(['路灯坏了', '垃圾没人清'])
    expect(asked).toEqual([])
    await nextTurn()
    expect(asked).toEqual(['路灯坏了', '垃圾没人清'])
    expect(eager.read('路灯坏了')).toEqual(sound.read('路灯坏了'))
    expect(asked).toHaveLength(2)
    reading.done()
  })

  it('reads what is asked for before its turn has come, and what is asked for in another way', async () => {
    const { reader, asked } = noted()
    const eager = readAhead(reader)
    const reading = eager.ahead(['在吗'])
    expect(eager.read('在吗')).toEqual(sound.read('在吗'))
    await nextTurn()
    expect(eager.read('在吗', { setting: 'group' })).toEqual(sound.read('在吗', { setting: 'group' }))
    expect(asked).toEqual(['在吗', '在吗', '在吗'])
    reading.done()
  })

  it('keeps nothing once the batch is done, and begins nothing more', async () => {
    const { reader, asked } = noted()
    const eager = readAhead(reader)
    eager.ahead(['路灯坏了']).done()
    await nextTurn()
    expect(asked).toEqual([])
    const reading = eager.ahead(['路灯坏了'])
    await nextTurn()
    reading.done()
    eager.read('路灯坏了')
    expect(asked).toHaveLength(2)
  })

  it('leaves a failure to whoever asks', async () => {
    const { reader } = noted(true)
    const eager = readAhead(reader)
    const reading = eager.ahead(['路灯坏了'])
    await nextTurn()
    expect(() => eager.read('路灯坏了')).toThrow('unreadable')
    reading.done()
  })
})
