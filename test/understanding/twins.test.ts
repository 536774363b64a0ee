import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { TwinIndex } from '#understanding'

const cases: [string, string][] = [
  ['1', '幸福小区三号楼门口的路灯坏了半个月没人修'],
  ['2', '北关村机井坏了，麦子浇不上水'],
  ['3', '一中门口没有斑马线，孩子过马路危险'],
  ['4', '幸福小区物业收费不公开'],
]

function filled(): TwinIndex {
  const index = new TwinIndex()
  for (const [id, text] of cases) index.add(id, text, 'town')
  return index
}

describe('twins among open cases', () => {
  it('are found when told in other words, with the words that count', () => {
    const text = '三号楼门口路灯坏了好久，幸福小区的，没人修'
    const [twin, ...others] = filled().find({ text, area: 'town' })
    expect(twin?.id).toBe('1')
    expect(twin!.shared.length).toBeGreaterThan(1)
    for (const pair of twin!.shared) expect(text.includes(pair) && cases[0]![1].includes(pair)).toBe(true)
    expect(others.map(({ id }) => id)).not.toContain('2')
  })

  it('are not found where only the place is the same', () => {
    expect(filled().find({ text: '幸福小区电梯停了三天', area: 'town' })).toEqual([])
  })

  it('are never of another area, nor closed', () => {
    const index = filled()
    expect(index.find({ text: cases[1]![1], area: 'elsewhere' })).toEqual([])
    index.remove('2')
    expect(index.find({ text: cases[1]![1], area: 'town' }).map(({ id }) => id)).not.toContain('2')
    expect(index.size).toBe(3)
  })

  it('an equal text is always the first, with a likeness of 1; added again it moves', () => {
    const word = fc.constantFrom('路灯', '水管', '坏了', '漏水', '三天', '没人', '北关', '学校', '门口', '垃圾')
    const text = fc.array(word, { minLength: 2, maxLength: 8 }).map((words) => words.join(''))
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 1, maxLength: 20 }), fc.nat(), (texts, nth) => {
        const index = new TwinIndex()
        for (const [at, each] of texts.entries()) index.add(String(at), each, 'x')
        const at = nth % texts.length
        const found = index.find({ text: texts[at]!, area: 'x', limit: 50 })
        expect(found[0]!.likeness).toBeCloseTo(1)
        expect(found.map(({ id }) => id)).toContain(String(at))
        index.add(String(at), texts[at]!, 'y')
        expect(index.find({ text: texts[at]!, area: 'x', limit: 50 }).map(({ id }) => id)).not.toContain(String(at))
        expect(index.size).toBe(texts.length)
      }),
    )
  })

  it('take any text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.string({ unit: 'binary' }), (texts, asked) => {
        const index = new TwinIndex()
        for (const [at, text] of texts.entries()) index.add(String(at), text, 'x')
        for (const { likeness } of index.find({ text: asked, area: 'x' })) expect(likeness).toBeLessThanOrEqual(1.0001)
      }),
    )
  })
})
