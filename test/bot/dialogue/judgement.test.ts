import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJudgement } from '../../../bot/dialogue/judgement.ts'

const lines: [said: string, attitude: number, result: number, why?: string][] = [
  ['满意', 3, 3],
  ['满意！', 3, 3],
  ['非常满意', 3, 3],
  ['我很满意', 3, 3],
  ['都满意', 3, 3],
  ['满意了，谢谢', 3, 3, '谢谢'],
  ['满意谢谢', 3, 3, '谢谢'],
  ['基本满意', 2, 2],
  ['还行吧', 2, 2],
  ['不满意', 1, 1],
  ['不太满意', 1, 1],
  ['很不满意', 1, 1],
  ['对结果不满意', 1, 1],
  ['对答复不满意', 1, 1],
  ['没解决', 1, 1],
  ['没解决问题', 1, 1, '问题'],
  ['不满意，灯还是不亮', 1, 1, '灯还是不亮'],
  ['不满意还是不亮', 1, 1, '还是不亮'],
  ['1', 3, 3],
  ['2', 2, 2],
  ['3', 1, 1],
  ['３', 1, 1],
  ['1。', 3, 3],
  ['3，还是漏水', 1, 1, '还是漏水'],
  ['3 还是漏水', 1, 1, '还是漏水'],
  ['1 1', 3, 3],
  ['1 2', 3, 2],
  ['1，3', 3, 1],
  ['1、3', 3, 1],
  ['13', 3, 1],
  ['１ ３', 3, 1],
  ['1 3 还是不亮', 3, 1, '还是不亮'],
  ['1 3还是不亮', 3, 1, '还是不亮'],
  ['满意 不满意', 3, 1],
  ['满意，不满意，灯又坏了', 3, 1, '灯又坏了'],
  ['满意，不满意还是不亮', 3, 1, '还是不亮'],
  ['态度满意，结果不满意', 3, 1],
  ['态度满意结果不满意还是不亮', 3, 1, '还是不亮'],
  ['态度：基本满意 结果：满意', 2, 3],
  ['服务态度满意，办理结果基本满意', 3, 2],
  ['态度1 结果3', 3, 1],
]

const others = [
  '2楼漏水',
  '2 楼漏水',
  '3号楼没水',
  '3 号楼没水',
  '1号楼的电梯又坏了',
  '13号楼没水',
  '12号楼3单元没暖气',
  '1-2号楼没水',
  '1、2号楼都没水',
  '1、2都坏了',
  '1、路灯坏了 2、井盖没了',
  '1.路灯坏了',
  '11月了还没供暖',
  '3天了还没人来',
  '2个月没发工资',
  '1.2米深的坑',
  '2.5万工资没给',
  '12345热线打不通',
  '110',
  '1042-9',
  '2026年的补贴',
  '3点钟停的电',
  '1 1 1',
  '满意度低',
  '满意度太低了',
  '满意率是多少',
  '不满意度',
  '不满意见很大',
  '一般情况下几天办好',
  '一般人进不去',
  '还行走不便',
  '路灯坏了',
  '好的',
  '谢谢',
  '什么时候能满意',
  '',
]

describe('a judgement', () => {
  it.each(lines)('%s', (said, attitude, result, why = '') => {
    expect(readJudgement(said)).toEqual({ attitude, result, why })
  })

  it.each(others)('is not “%s”', (said) => {
    expect(readJudgement(said)).toBeNull()
  })

  it('is read from any pair of grades, however they stand apart', () => {
    const digit = fc.integer({ min: 1, max: 3 })
    const apart = fc.constantFrom('', ' ', '，', ', ', '、', ';', '/', '和', '  ', '\n')
    fc.assert(
      fc.property(digit, digit, apart, (attitude, result, between) => {
        const expected = { attitude: 4 - attitude, result: 4 - result, why: '' }
        expect(readJudgement(`${attitude}${between}${result}`)).toEqual(expected)
      }),
    )
  })

  it('is never a number that counts something', () => {
    const unit = fc.constantFrom(
      '号楼',
      '楼',
      '栋',
      '单元',
      '层',
      '户',
      '天',
      '个月',
      '月',
      '日',
      '年',
      '点',
      '米',
      '块',
      '元',
      '路',
      '组',
      '人',
      '次',
    )
    const gap = fc.constantFrom('', ' ')
    fc.assert(
      fc.property(fc.nat(9999), gap, unit, fc.constantFrom('', '没水', '都坏了'), (count, space, what, more) => {
        expect(readJudgement(`${count}${space}${what}${more}`)).toBeNull()
      }),
    )
  })
})
