import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { createReader, similarity } from '#understanding'
import { Automaton } from '../../understanding/automaton.ts'
import { asWritten, normalise } from '../../understanding/normalise.ts'
import { people, topicWords } from './fixtures.ts'

describe('normalise', () => {
  it('folds width, case and hidden marks, and drops the spaces inside Chinese', () => {
    expect(normalise('ＡＢｃ１，路\u200b灯\u202e坏 了　吗？').text).toBe('abc1,路灯坏了吗?')
    expect(normalise('wifi 5G\r\n没网').text).toBe('wifi 5g\n\n没网')
  })

  it('finds the way back to what was written', () => {
    const source = '在 白\u200b银 区，㎡'
    const normal = normalise(source)
    const at = normal.text.indexOf('白银区')
    expect(asWritten(source, normal, at, at + 3)).toBe('白\u200b银 区')
  })

  it('keeps one origin for every unit, never going back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (source) => {
        const { text, origin: moved } = normalise(source)
        const origin = moved ?? [...Array(source.length + 1).keys()]
        expect(origin).toHaveLength(text.length + 1)
        for (let at = 1; at < origin.length; at++) expect(origin[at]!).toBeGreaterThanOrEqual(origin[at - 1]!)
        expect(normalise(text).text).toBe(text)
      }),
    )
  })
})

describe('a line in which nothing moves', () => {
  it('reads as it does where something does', () => {
    const piece = fc.constantFrom('路', '灯', '，', 'Ａ', 'b', '3', '！', '\r', '㎡', '\u200b', ' ', '𠮷', '\ud800')
    fc.assert(
      fc.property(fc.string({ unit: piece, maxLength: 20 }), (line) => {
        const alone = normalise(line)
        // A blank at the end goes, and has the line read with the way back to each character.
        const moved = normalise(`${line}\u200b`)
        expect(alone.text).toBe(moved.text)
        for (let at = 0; at < alone.text.length; at++)
          expect(asWritten(line, alone, 0, at)).toBe(asWritten(line, moved, 0, at))
      }),
    )
  })
})

describe('automaton', () => {
  it('finds what a search for each word finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '路'), minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '路') }),
        (words, text) => {
          const automaton = new Automaton<string>()
          for (const each of words) automaton.add(each, each)
          const found = automaton.scan(text).map(({ start, marks }) => `${start}${marks.join()}`)
          const sought = words.flatMap((each) =>
            [...text].flatMap((_, start) => (text.startsWith(each, start) ? [`${start}${each}`] : [])),
          )
          expect(found.toSorted()).toEqual(sought.toSorted())
        },
      ),
    )
  })
})

describe('topics', () => {
  it('are never deeper than the list that was given, nor outside it', () => {
    const reader = createReader({ gazetteer: [], topicWords, topics: ['城乡建设', '环境保护'], people })
    expect(reader.read('路灯坏了').topic).toBe('城乡建设')
    expect(reader.read('医保报销不了').topic).toBeNull()
  })

  it('stay on the level above when two below it are alike', () => {
    const words = [
      { word: '甲甲', topic: '一/二/三', weight: 1 },
      { word: '乙乙', topic: '一/二/四', weight: 1 },
      { word: '甲甲乙', topic: '五', weight: 1 },
    ]
    const reader = createReader({
      gazetteer: [],
      topicWords: words,
      topics: ['一/二/三', '一/二/四', '五'],
      people: [],
    })
    expect(reader.read('甲甲，乙乙').topic).toBe('一/二')
    expect(reader.read('甲甲').topic).toBe('一/二/三')
    expect(reader.read('甲甲乙').topic).toBe('五')
  })

  it('are surer of one topic than of one among two', () => {
    const reader = createReader({ gazetteer: [], topicWords, topics: ['城乡建设', '政法'], people: [] })
    const sure = reader.read('路灯坏了').topicConfidence
    expect(sure).toBeGreaterThan(0.7)
    expect(reader.read('路灯坏了，派出所不管').topicConfidence).toBeLessThan(sure)
  })
})

describe('similarity', () => {
  it('is 1 for the same words however written, small for others', () => {
    expect(similarity('路灯坏了，没人修！', '路 灯坏了没人修')).toBe(1)
    expect(similarity('楼下路灯坏了没人修', '楼下的路灯坏了一直没人修')).toBeGreaterThan(0.6)
    expect(similarity('路灯坏了', '医保报销')).toBe(0)
    expect(similarity('', '')).toBe(1)
    expect(similarity('路', '灯')).toBe(0)
  })

  it('is symmetric and lies between 0 and 1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        const alike = similarity(a, b)
        expect(alike).toBeGreaterThanOrEqual(0)
        expect(alike).toBeLessThanOrEqual(1)
        expect(similarity(b, a)).toBe(alike)
        expect(similarity(a, a)).toBe(1)
      }),
    )
  })
})
