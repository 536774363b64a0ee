import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { separateProblems } from '#understanding'
import { reader } from './fixtures.ts'

const texts = (text: string) => separateProblems(reader, text).map((problem) => problem.reading.topic?.split('/')[0])

describe('several problems in one message', () => {
  it('are taken apart', () => {
    expect(texts('楼下路灯坏了两周没人修。另外老板拖欠工资半年了')).toEqual(['城乡建设', '劳动和社会保障'])
    expect(texts('1、小区垃圾没人清。2、孩子学校乱收费。3、化工厂偷排污水')).toEqual([
      '城乡建设',
      '教育文体',
      '环境保护',
    ])
  })

  it('one problem told in several sentences stays one', () => {
    expect(texts('楼下路灯坏了。晚上黑咕隆咚的。还有，摔了好几个人，谢谢')).toEqual(['城乡建设'])
    expect(texts('路灯坏了，另外楼道灯也不亮')).toEqual(['城乡建设'])
    expect(texts('你好')).toHaveLength(1)
  })

  it('lose nothing of what was written', () => {
    const piece = fc.constantFrom('路灯坏了', '。', '另外', '老板拖欠工资', '，', '2、', '谢谢', '停水了！', '\n', '😀')
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join('')),
        (text) => {
          const joined = separateProblems(reader, text)
            .map((problem) => problem.text)
            .join('')
          expect(joined.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
        },
      ),
    )
  })
})
