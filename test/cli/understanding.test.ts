import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isMashangError } from '#base'
import { loadCity, readSettings } from '#config'
import { Model } from '#understanding'
import { classifyLine, readerOf } from '../../cli/classify.ts'
import { evaluationPage } from '../../cli/evaluation-page.ts'
import { evaluate, evaluationText } from '../../cli/evaluate.ts'
import { readLabelled } from '../../cli/labelled-file.ts'
import { basePath, corpusFolder, loadModel } from '../../cli/model-file.ts'
import { promote, rollBack, versions } from '../../cli/train.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'mashang-model-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const city = loadCity('baiyin-demo')
const settings = () => ({ ...readSettings({}), dataDir })
const code = (wanted: string) => expect.toSatisfy((error: unknown) => isMashangError(error, wanted))

describe('classify', () => {
  const answer = (given: object, topics?: string[]) =>
    JSON.parse(classifyLine(readerOf(city, settings(), { topics }), JSON.stringify(given), 1)) as Record<
      string,
      unknown
    >

  it('adds what was understood and keeps the rest of the line', () => {
    const line = answer({ id: 7, text: '晨光佳苑楼下路灯坏了两周没人修' })
    expect(line).toMatchObject({ id: 7, kind: 'appeal', place: '晨光佳苑', place_known: true, urgency: 'routine' })
    expect(line['topic']).toMatch(/^城乡建设/)
    expect(line['topic_confidence']).toBeGreaterThan(0.5)
    expect(line['topic_confidence']).toBeLessThanOrEqual(1)
  })

  it('gives a place that nobody knows as written', () => {
    expect(answer({ text: '绿洲花园物业不管事' })).toMatchObject({ place: '绿洲花园', place_known: false })
    expect(answer({ text: '路灯坏了' })).toMatchObject({ place: null, place_known: false })
  })

  it('leaves neighbours’ talk alone in a group, and takes up what is a matter', () => {
    expect(answer({ text: '今晚谁打麻将三缺一', setting: 'group' })).toMatchObject({ kind: 'chitchat', topic: null })
    expect(answer({ text: '路灯坏了半个月，谁管管', setting: 'group' })['kind']).not.toBe('chitchat')
  })

  it('chooses among the topics named only', () => {
    expect(answer({ text: '路灯坏了半个月没人修' }, ['教育文体', '环境保护'])['topic']).toMatch(/^(教育文体|环境保护)$/)
    expect(() => readerOf(city, settings(), { topics: ['没有这个'] })).toThrow(code('CLASSIFY_TOPIC'))
  })

  it.each(['{', '7', '{"a":1}', '{"text":1}', '{"text":"a","setting":"x"}'])(
    'refuses %s and names the line',
    (line) => {
      const reader = readerOf(city, settings(), { model: null })
      expect(() => classifyLine(reader, line, 12)).toThrow(code('CLASSIFY_LINE'))
      expect(() => classifyLine(reader, line, 12)).toThrow(/line 12/)
    },
  )
})

describe('the shipped model', () => {
  it('is small, quick to load and knows the city’s topics', () => {
    const bytes = readFileSync(basePath)
    expect(bytes.length).toBeLessThanOrEqual(10 * 2 ** 20)
    const began = performance.now()
    const model = Model.read(bytes)
    expect(performance.now() - began).toBeLessThan(300)
    expect(new Set(model.header.topics)).toEqual(new Set(city.topics.map((topic) => topic.split('/')[0])))
  })

  it('does better than the rules on lines that neither learnt from', async () => {
    const { rows } = await readLabelled(join(corpusFolder, 'held-out-2.jsonl'))
    const rules = evaluate(readerOf(city, settings(), { model: null }), rows)
    const learnt = evaluate(readerOf(city, settings()), rows)
    expect(learnt.topic!.accuracy).toBeGreaterThan(rules.topic!.accuracy + 0.05)
    expect(learnt.topic!.accuracy).toBeGreaterThanOrEqual(0.8)
    expect(learnt.kind!.accuracy).toBeGreaterThanOrEqual(0.9)
    expect(learnt.group!.accuracy).toBeGreaterThanOrEqual(0.85)
    expect(learnt.place!.accuracy).toBeGreaterThanOrEqual(0.9)
    expect(learnt.emergency!.found).toBe(learnt.emergency!.there)
    expect(learnt.emergency!.falseAlarms).toBeLessThanOrEqual(2)
  })
})

describe('evaluate', () => {
  it('prints and draws what it measured, and lets no text into the page', () => {
    const rows = [
      { text: '路灯坏了<b>', setting: 'private', kind: 'appeal', topic: '城乡建设', place: null, urgency: 'routine' },
      { text: '着火了快来人', setting: 'private', kind: 'appeal', topic: '政法', place: null, urgency: 'emergency' },
    ] as const
    const evaluation = evaluate(readerOf(city, settings(), { model: null }), rows)
    expect(evaluation.emergency).toEqual({ there: 1, found: 1, falseAlarms: 0, others: 1 })
    expect(evaluationText(evaluation)).toContain('emergencies: 1 of 1 found')
    const page = evaluationPage(evaluation, { title: '<x>', model: 'm' })
    expect(page).toContain('<svg')
    expect(page).toContain('&lt;x&gt;')
    expect(page).not.toContain('路灯坏了')
  })
})

describe('versions of a city’s model', () => {
  const versionOf = () => loadModel(dataDir)?.header.version

  it('are kept, and rolled back one by one to the shipped model', () => {
    const base = readFileSync(basePath)
    const named = (name: string) => {
      const text = base.toString('latin1').replace('"version":"base-2"', `"version":"${name}"`)
      return Buffer.from(text, 'latin1')
    }
    expect(versionOf()).toBe('base-2')
    expect(promote(dataDir, named('city-1'))).toBe(1)
    expect(promote(dataDir, named('city-2'))).toBe(2)
    expect(versionOf()).toBe('city-2')
    expect(versions(dataDir)).toEqual([1, 2])
    expect(rollBack(dataDir)).toBe(1)
    expect(versionOf()).toBe('city-1')
    expect(rollBack(dataDir)).toBeNull()
    expect(versionOf()).toBe('base-2')
    expect(() => rollBack(dataDir)).toThrow(code('TRAIN_NO_VERSION'))
    expect(existsSync(join(dataDir, 'models', 'model.bin'))).toBe(false)
  })
})
