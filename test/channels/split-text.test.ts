import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitText } from '#channels'

describe('splitText', () => {
  test('a short text stays whole, an empty one has no parts', () => {
    expect(splitText('您好。')).toEqual(['您好。'])
    expect(splitText('')).toEqual([])
  })

  test('cuts after the last sentence end that fits', () => {
    expect(splitText('一二。三四！五六七', 20)).toEqual(['一二。三四！', '五六七'])
    expect(splitText('甲\n乙丙丁', 9)).toEqual(['甲\n', '乙丙丁'])
  })

  test('cuts between code points where no sentence ends', () => {
    expect(splitText('😀😀😀', 9)).toEqual(['😀😀', '😀'])
  })

  test('every part fits and the parts together are the text', () => {
    const words = fc.string({ unit: fc.constantFrom('路', '灯', '😀', 'a', '。', '\n', 'é'), maxLength: 300 })
    fc.assert(
      fc.property(words, fc.integer({ min: 4, max: 64 }), (text, limit) => {
        const parts = splitText(text, limit)
        expect(parts.join('')).toBe(text)
        for (const part of parts) {
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(limit)
          expect(part.isWellFormed()).toBe(true)
        }
      }),
    )
  })
})
