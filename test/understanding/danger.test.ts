import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { createLook, createReader, growCorpus, Model, trainModel, tuneModel } from '#understanding'
import type { Reader } from '#understanding'
import { gazetteer, people, reader as rules, topicWords } from './fixtures.ts'

const corpus = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../understanding/corpus/${name}`, import.meta.url)), 'utf8')
const topics = [...new Set(topicWords.map(({ topic }) => topic))]
const options = { gazetteer, topicWords, topics, people, region: '620402' }
const examples = growCorpus(['danger.txt', 'talk.txt', 'topics-1.txt'].map(corpus), { each: 1, seed: 5 })
const dangers = ['gas', 'fire', 'medical', 'crime', 'self-harm', 'missing', 'electric', 'collapse', 'water', 'other']
const held = corpus('held-out-6.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { text: string; urgency: string })

const learn = (from = examples): Model =>
  Model.read(
    trainModel({
      examples: from,
      weightOf: () => 1,
      topics: [...new Set(topics.map((topic) => topic.split('/')[0]!))],
      look: createLook(options),
      version: 'test-1',
      provenance: {},
      bits: 16,
      folds: 0,
    }).bytes,
  )

describe('emergencies learnt', () => {
  let model: Model
  let reader: Reader
  beforeAll(() => {
    model = learn()
    reader = createReader({ ...options, model })
  }, 60_000)

  it('are raised where no rule saw them, and more of the real ones than of the others', () => {
    const silent = held.filter(({ text }) => rules.read(text).urgency !== 'emergency')
    const raised = silent.filter(({ text }) => reader.read(text).urgency === 'emergency')
    const real = raised.filter(({ urgency }) => urgency === 'emergency')
    expect(real.length).toBeGreaterThan(0)
    expect(real.length).toBeGreaterThan(raised.length - real.length)
  })

  it('always say which danger, one that has a number to ring', () => {
    fc.assert(
      fc.property(fc.constantFrom(...examples.map(({ text }) => text)), fc.boolean(), (text, group) => {
        const { urgency, danger, kind } = reader.read(text, { setting: group ? 'group' : 'private' })
        expect(danger !== null).toBe(urgency === 'emergency')
        if (danger === null) return
        expect(dangers).toContain(danger)
        expect(['appeal', 'oversight']).toContain(kind)
      }),
    )
  })

  it('leave letters to the rules', () => {
    const letter = '我们是住在这里的老住户，关于楼房改造的事情已经向多个单位说明过情况。'.repeat(6)
    for (const { text } of held) {
      const [ours, theirs] = [reader.read(letter + text), rules.read(letter + text)]
      expect(ours.urgency).toBe(theirs.urgency)
    }
  })

  it('stay with a model that goes on learning', () => {
    const tuned = Model.read(
      tuneModel(model, {
        examples: examples.slice(0, 60),
        weightOf: () => 1,
        look: createLook(options),
        version: 'test-2',
        provenance: {},
      }),
    )
    expect(tuned.header.danger?.raise).toBe(model.header.danger?.raise)
    const after = createReader({ ...options, model: tuned })
    const same = held.filter(({ text }) => after.read(text).urgency === reader.read(text).urgency)
    expect(same.length).toBeGreaterThan(held.length - 3)
  })

  it('are not learnt from too few', () => {
    const few = learn(examples.filter(({ emergency }) => !emergency).slice(0, 400))
    expect(few.header.danger).toBeUndefined()
    expect(createReader({ ...options, model: few }).read('着火了').urgency).toBe('emergency')
  })
})
