import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadCity } from '#config'
import { createReader, Model, separateProblems } from '#understanding'
import type { Reader } from '#understanding'
import { reader } from './fixtures.ts'

const parts = (text: string, by: Reader = reader) => separateProblems(by, text, by.read(text))
const topics = (text: string) => parts(text)?.map(({ reading }) => reading.topic?.split('/')[0]) ?? null

interface Line {
  text: string
  problems: number
}
const linesOf = (file: string): Line[] =>
  readFileSync(new URL(`../../understanding/corpus/${file}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

describe('several problems in one message', () => {
  it('are taken apart', () => {
    expect(topics('楼下路灯坏了两周没人修。另外老板拖欠工资半年了')).toEqual(['城乡建设', '劳动和社会保障'])
    expect(topics('1、小区垃圾没人清。2、孩子学校乱收费。3、化工厂偷排污水')).toEqual([
      '城乡建设',
      '教育文体',
      '环境保护',
    ])
  })

  it.each([
    '楼下路灯坏了。晚上黑咕隆咚的。还有，摔了好几个人，谢谢',
    '路灯坏了，另外楼道灯也不亮',
    '你好',
    '',
    '物业不作为。第一，垃圾不清；第二，路灯不修；第三，绿化没人管',
    '路灯坏了。学校乱收费',
  ])('are not seen in: %s', (text) => expect(parts(text)).toBeNull())

  it('cost a message without a sign of them no reading', () => {
    const never: Reader = {
      read: () => {
        throw new Error('read again')
      },
    }
    const whole = reader.read('路灯坏了')
    expect(separateProblems(never, '楼下路灯坏了。两周没人修！谢谢', whole)).toBeNull()
    expect(() => separateProblems(never, '楼下路灯坏了，另外老板拖欠工资', whole)).toThrow('read again')
  })

  it.each([
    ['problems', 0.85, 0.75],
    ['problems-2', 0.8, 0.75],
  ])('are found in %s.jsonl', (file, precision, recall) => {
    const city = loadCity('baiyin-demo')
    const model = Model.read(readFileSync(new URL('../../understanding/model/base.bin', import.meta.url)))
    const { regions: gazetteer, topicWords, topics: list } = city
    const trained = createReader({ gazetteer, topicWords, topics: list, people: [], model })
    const lines = linesOf(file)
    const said = lines.filter(({ text }) => parts(text, trained) !== null)
    const rightly = said.filter(({ problems }) => problems > 1)
    expect(lines.length).toBeGreaterThanOrEqual(40)
    expect(rightly.length / said.length).toBeGreaterThanOrEqual(precision)
    expect(rightly.length / lines.filter(({ problems }) => problems > 1).length).toBeGreaterThanOrEqual(recall)
  })

  it('lose nothing of what was written', () => {
    const piece = fc.constantFrom(
      '路灯坏了', '。', '另外', '老板拖欠工资', '，', '2、', '谢谢', '停水了！', '\n', '；', '①', '(1)', ' ', '😀',
    ) // prettier-ignore
    let several = 0
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join('')),
        (text) => {
          const found = parts(text)
          if (found === null) return
          several++
          expect(found.length).toBeGreaterThan(1)
          expect(
            found
              .map((problem) => problem.text)
              .join('')
              .replace(/\s/g, ''),
          ).toBe(text.replace(/\s/g, ''))
        },
      ),
      { numRuns: 2000 },
    )
    expect(several).toBeGreaterThan(20)
  })
})
