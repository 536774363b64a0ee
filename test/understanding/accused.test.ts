import { describe, expect, it } from 'vitest'
import { reader } from './fixtures.ts'

describe('complaints of people on the roll', () => {
  it.each([
    ['投诉王建国代表不接电话', ['wang-1']],
    ['我要举报人大代表李卫东', ['li']],
    ['王 建 国代表收了钱不办事', ['wang-1']],
    ['王代表收钱', ['wang-1', 'wang-2']],
    ['姓王的代表吃拿卡要', ['wang-1', 'wang-2']],
    ['欧阳代表收了钱不办事', ['ouyang']],
    ['找了王建国代表三次，都不管', ['wang-1']],
    ['联系李卫东代表，他一直不回复', ['li']],
    ['王建国代表您好，你怎么不接电话', ['wang-1']],
    ['李卫东这个人不作为，该罢免', ['li']],
    ['举报高峰代表受贿', ['gao']],
    ['人大代表李卫东带头违建', ['li']],
    ['赵强收钱不办事', ['zhao']],
    ['艾力·买买提不接电话', ['ali']],
    ['艾力买买提不接电话', ['ali']],
    ['投诉王建国和李卫东两位代表推诿', ['wang-1', 'li']],
    ['不满意，王建国代表收了施工队的红包', ['wang-1']],
    ['李卫东还偷偷拿了物业两条烟', ['li']],
  ])('%s', (text, accused) => {
    const reading = reader.read(text)
    expect(reading.accused.toSorted()).toEqual(accused.toSorted())
    expect(reading.kind).toBe('oversight')
  })

  it.each([
    '王建国代表您好，路灯坏了',
    '王代表您好，路灯坏了',
    '王建国代表，物业不作为',
    '请王建国代表帮忙投诉物业',
    '尊敬的李卫东代表：我投诉物业',
    '早高峰堵车，要投诉',
    '谢谢王建国代表，路灯修好了',
    '王代表好，社区不管事',
    '王建国代表帮我们拿回了工钱',
    '谢谢王建国代表收了我的材料',
    '人大代表选举什么时候',
    '投诉物业不作为',
  ])('%s: nobody is complained of', (text) => {
    expect(reader.read(text).accused).toEqual([])
  })
})
