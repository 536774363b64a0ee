import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadCity } from '#config'
import { createReader, Model } from '#understanding'
import { reader } from './fixtures.ts'

const { regions: gazetteer, topicWords, topics } = loadCity('baiyin-demo')
const model = Model.read(readFileSync(new URL('../../understanding/model/base.bin', import.meta.url)))
const trained = createReader({ gazetteer, topicWords, topics, people: [], model })
const first = (topic: string) => topic.split('/')[0]

describe('the second guess', () => {
  it('is there where words speak for two topics, and left out where one is sure', () => {
    const both = reader.read('学校旁边的化工厂排污水')
    expect(both.secondTopic).toBeDefined()
    expect(first(both.secondTopic!.topic)).not.toBe(first(both.topic!))
    expect(reader.read('楼下路灯坏了')).not.toHaveProperty('secondTopic')
    expect(reader.read('你好')).not.toHaveProperty('secondTopic')
  })

  it('is another first level of the city, and no likelier than the first', () => {
    const word = fc.constantFrom('路灯', '学校', '工资', '公交', '污水', '低保', '医院', '修路', '拖欠', '乱收费', '，')
    let seen = 0
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join('')),
        fc.constantFrom(reader, trained),
        (text, by) => {
          const { topic, topicConfidence, secondTopic } = by.read(text)
          if (secondTopic === undefined) return
          seen++
          expect(first(secondTopic.topic)).not.toBe(first(topic!))
          expect(topicConfidence).toBeLessThan(0.95)
          expect(secondTopic.confidence).toBeGreaterThan(0)
          if (by === trained) expect(secondTopic.confidence).toBeLessThanOrEqual(topicConfidence + 0.001)
        },
      ),
    )
    expect(seen).toBeGreaterThan(20)
  })
})

describe('a number that is a word', () => {
  it('is none inside a longer number', () => {
    const words = [{ word: '12345', topic: '党务政务', weight: 1 }]
    const by = createReader({ gazetteer: [], topicWords: words, topics: ['党务政务', '民政'], people: [] })
    expect(by.read('打了12345没人管').topic).toBe('党务政务')
    expect(by.read('我电话13812345678').topic).toBeNull()
  })
})
