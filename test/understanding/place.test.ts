import { describe, expect, it } from 'vitest'
import { createReader } from '#understanding'
import { gazetteer, reader, topics, topicWords } from './fixtures.ts'

const placeOf = (text: string) => reader.read(text).place

describe('place', () => {
  it.each([
    ['白银区路灯坏了', '白银区', '620402'],
    ['靖远县乌兰镇没水', '靖远县乌兰镇', 't-wulan'],
    ['乌兰没水了', '乌兰', 't-wulan'],
    ['会宁医院挂号难', '会宁', '620422'],
    ['会宁县城停电', '会宁县城', '620422'],
    ['白银停电了', '白银', '620402'],
    ['人民路堵了', '人民路', 't-renmin'],
    ['白银区幸福小区停水', '白银区幸福小区', '620402'],
    ['刘园家属院漏水', '刘园家属院', 'e-liuyuan'],
    ['会 宁 县停电', '会 宁 县', '620422'],
  ])('%s: known', (text, written, code) => {
    expect(placeOf(text)).toEqual({ text: written, code })
  })

  it.each([
    ['幸福小区停水', '幸福小区'],
    ['我住在翠湖家园，没暖气', '翠湖家园'],
    ['今天早上友好花园停电', '友好花园'],
    ['和平路堵车', '和平路'],
    ['张家村没水', '张家村'],
    ['育才小学门口堵', '育才小学'],
    ['会宁路坑洼', '会宁路'],
    ['3号楼在长虹小区里', '长虹小区'],
  ])('%s: caught by its ending', (text, written) => {
    expect(placeOf(text)).toEqual({ text: written, code: null })
  })

  it.each([
    '我们小区停电',
    '这个村没水',
    '旁边的学校太吵',
    '3号楼漏水',
    '楼下路灯坏了',
    '修路修了半年',
    '公路坏了',
    '农村没有学校',
    '老旧小区改造',
    '一条街都黑着',
    '很多学校都收费',
    '回家路上太黑',
    '中心在哪里',
  ])('%s: names no place', (text) => {
    expect(placeOf(text)).toBeNull()
  })

  it('decides between places of one name by the text, then by the region, else leaves the code open', () => {
    expect(placeOf('会宁东街社区没水')?.code).toBe('c-dong-2')
    expect(placeOf('会师镇，对，就是东街社区，没水')?.code).toBe('c-dong-2')
    expect(placeOf('东街社区没水')?.code).toBe('c-dong-1')
    const nowhere = createReader({ gazetteer, topicWords, topics, people: [] })
    // The city and its district share a short name: without a region the wider one is meant.
    expect(nowhere.read('白银停电了').place).toEqual({ text: '白银', code: '6204' })
    const among = ['c-dong-1', 'c-dong-2']
    expect(nowhere.read('东街社区没水').place).toEqual({ text: '东街社区', code: null, among })
  })

  it('refuses a gazetteer with one code twice', () => {
    const twice = [...gazetteer, gazetteer[0]!]
    expect(() => createReader({ gazetteer: twice, topicWords, topics, people: [] })).toThrow(
      expect.objectContaining({ code: 'GAZETTEER_CODE_TWICE' }),
    )
  })
})
