import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { isMashangError } from '#base'
import { createLook, createReader, growCorpus, kinds, Model, trainModel } from '#understanding'
import type { Reader } from '#understanding'
import { gazetteer, people, topicWords } from './fixtures.ts'

const corpus = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../understanding/corpus/${name}`, import.meta.url)), 'utf8')
const lines = growCorpus([corpus('topics-1.txt'), corpus('talk.txt')], { each: 1, seed: 5 })
const topics = [...new Set(topicWords.map(({ topic }) => topic.split('/')[0]!))]
const options = { gazetteer, topicWords, topics: [...new Set(topicWords.map(({ topic }) => topic)), ...topics], people }

const train = (examples = lines) =>
  trainModel({
    examples,
    weightOf: () => 1,
    topics,
    look: createLook(options),
    version: 'test-1',
    provenance: {},
    bits: 16,
    folds: 0,
  })

describe('a trained model', () => {
  let bytes: Uint8Array
  let reader: Reader
  beforeAll(() => {
    bytes = train().bytes
    reader = createReader({ ...options, model: Model.read(bytes) })
  }, 60_000)

  it('is the same byte for byte from the same examples', () => {
    expect(Buffer.compare(train().bytes, bytes)).toBe(0)
  })

  it('is another from other examples', () => {
    expect(Buffer.compare(train(lines.slice(0, -200)).bytes, bytes)).not.toBe(0)
  })

  it('names a topic that no word of the list stands for, and says so', () => {
    const bare = createReader({ ...options, topicWords: [] })
    const learnt = createReader({ ...options, topicWords: [], model: Model.read(bytes) })
    expect(bare.read('工厂夜里排黄烟呛嗓子').topic).toBeNull()
    const reading = learnt.read('工厂夜里排黄烟呛嗓子')
    expect(reading.topic).toBe('环境保护')
    expect(reading.reasons.some((reason) => /^model:环境保护 .*<test-1$/.test(reason))).toBe(true)
  })

  it('chooses among the topics asked for only, with shares that add up again', () => {
    const two = createReader({ ...options, topics: ['教育文体', '交通运输'], model: Model.read(bytes) })
    fc.assert(
      fc.property(fc.constantFrom(...lines.map(({ text }) => text)), (text) => {
        const { topic, topicConfidence } = two.read(text)
        if (topic === null) return
        expect(['教育文体', '交通运输']).toContain(topic)
        expect(topicConfidence).toBeGreaterThanOrEqual(0.5)
      }),
    )
  })

  it('never throws and stays in range, whatever it reads', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom('private', 'group'),
        (text, setting) => {
          const reading = reader.read(text, { setting })
          expect(kinds).toContain(reading.kind)
          expect(reading.topicConfidence).toBeGreaterThanOrEqual(0)
          expect(reading.topicConfidence).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  it('takes time by length alone', () => {
    const hostile = ['啊'.repeat(200_000), '着火了'.repeat(60_000), '路灯坏了，另外'.repeat(20_000)]
    for (const text of hostile) {
      const began = performance.now()
      reader.read(text)
      expect(performance.now() - began).toBeLessThan(3_000)
    }
  })

  it('does not touch what the rules are sure of: danger and a person complained of', () => {
    expect(reader.read('着火了快来人').kind).toBe('appeal')
    expect(reader.read('投诉王建国代表不接电话').kind).toBe('oversight')
  })

  it('refuses a file that is none, or is cut short', () => {
    for (const broken of [new Uint8Array(3), bytes.slice(0, -1), new Uint8Array(1000), bytes.slice(0, 40)]) {
      expect(() => Model.read(broken)).toThrow(expect.toSatisfy((error) => isMashangError(error, 'MODEL_UNREADABLE')))
    }
  })
})

describe('the corpus', () => {
  const files = [1, 2, 3, 4, 5].map((part) => `topics-${part}.txt`).concat('talk.txt', 'talk-2.txt', 'danger.txt')
  const all = growCorpus(files.map(corpus), { each: 3, seed: 1 })

  it('covers every topic and every kind, in some thousands of lines', () => {
    expect(all.length).toBeGreaterThan(15_000)
    expect(new Set(all.flatMap(({ topic }) => topic?.split('/')[0] ?? []))).toEqual(new Set(topics))
    expect(new Set(all.map(({ kind }) => kind).filter((kind) => kind !== null))).toEqual(new Set(kinds))
  })

  it('says every name of the third level as residents would', () => {
    // The same name may stand under two of the second level: 回迁房 on the state's land and on a village's.
    const ends = (topic: string): string => topic.replace(/\/.*\//, '/')
    const said = new Set(all.flatMap(({ topic }) => (topic === null ? [] : ends(topic))))
    const names = readFileSync(new URL('../../config/cities/baiyin-demo/topics.csv', import.meta.url), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.replaceAll('"', '').split(','))
      .filter(([, , third]) => third !== undefined && third !== '' && !third.startsWith('其他'))
      .map(([first, , third]) => `${first}/${third}`)
    expect(names.length).toBeGreaterThan(380)
    expect(names.filter((name) => !said.has(name))).toEqual([])
  })

  it('grows the same from the same seed, another from another', () => {
    const grow = (seed: number) => growCorpus([corpus('talk.txt')], { each: 2, seed }).map(({ text }) => text)
    expect(grow(1)).toEqual(grow(1))
    expect(grow(1)).not.toEqual(grow(2))
  })

  it('shares no line with the held-out ones', () => {
    const held = [
      'held-out.jsonl',
      'held-out-2.jsonl',
      'held-out-3.jsonl',
      'held-out-4.jsonl',
      'held-out-5.jsonl',
    ].flatMap((name) =>
      corpus(name)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { text: string; kind: string; setting: string }),
    )
    expect(held.length).toBeGreaterThan(1_000)
    // Courtesies of one or two words can't be written differently.
    const long = held.filter(({ text }) => text.length > 8).map(({ text }) => text)
    const grown = new Set(all.map(({ text }) => text))
    expect(long.filter((text) => grown.has(text))).toEqual([])
  })
})
