import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { caseNumber } from '#cases'
import { readCommand } from '../../../bot/dialogue/commands.ts'
import type { ResidentCommand } from '../../../bot/dialogue/commands.ts'

const all: [said: string, command: ResidentCommand][] = [
  ['帮助', { do: 'help' }],
  ['“帮助”', { do: 'help' }],
  [' 帮助。', { do: 'help' }],
  ['帮助？', { do: 'help' }],
  ['怎么用？', { do: 'help' }],
  ['HELP', { do: 'help' }],
  ['?', { do: 'help' }],
  ['？？', { do: 'help' }],
  ['匿名', { do: 'anonymous', number: null }],
  ['我要匿名！', { do: 'anonymous', number: null }],
  ['进度', { do: 'progress', number: null }],
  ['进度？', { do: 'progress', number: null }],
  ['查进度', { do: 'progress', number: null }],
  ['查询进度', { do: 'progress', number: null }],
  ['我的诉求', { do: 'progress', number: null }],
  ['进度 1042-9', { do: 'progress', number: '1042-9' }],
  ['进度：编号10429', { do: 'progress', number: '1042-9' }],
  ['1042-9', { do: 'progress', number: '1042-9' }],
  ['编号 1042-9。', { do: 'progress', number: '1042-9' }],
  ['#10429', { do: 'progress', number: '1042-9' }],
  ['１０４２－９', { do: 'progress', number: '1042-9' }],
  ['撤回', { do: 'withdraw', number: null }],
  ['不办了', { do: 'withdraw', number: null }],
  ['撤回 1042-9', { do: 'withdraw', number: '1042-9' }],
  ['撤回 编号 1042-9', { do: 'withdraw', number: '1042-9' }],
  ['撤回编号10429！', { do: 'withdraw', number: '1042-9' }],
  ['撤回 1042-7', { do: 'withdraw', number: '10427' }],
  ['绑定 1234 5678', { do: 'bind', code: '12345678' }],
  ['绑定12345678', { do: 'bind', code: '12345678' }],
  ['绑定：１２３４-５６７８', { do: 'bind', code: '12345678' }],
  ['绑定', { do: 'bind', code: null }],
  ['接续 123456', { do: 'pickup', code: '123456' }],
  ['菜单', { do: 'help' }],
  ['找人', { do: 'person' }],
  ['转人工', { do: 'person' }],
  ['要人工', { do: 'person' }],
  ['人工', { do: 'person' }],
  ['使用说明', { do: 'help' }],
  ['用法', { do: 'help' }],
  ['功能', { do: 'help' }],
  ['ＨＥＬＰ', { do: 'help' }],
  ['办理进度', { do: 'progress', number: null }],
  ['【进度】', { do: 'progress', number: null }],
  ['查件', { do: 'progress', number: null }],
  ['＃１０４２９', { do: 'progress', number: '1042-9' }],
  ['取消', { do: 'withdraw', number: null }],
  ['撤销', { do: 'withdraw', number: null }],
  ['请匿名', { do: 'anonymous', number: null }],
  ['解除绑定', { do: 'unbind', confirmed: false }],
  ['确认解绑', { do: 'unbind', confirmed: true }],
]

const sentences = [
  '路灯坏了',
  '进度太慢了',
  '撤回我的低保是怎么回事',
  '取消了公交站，老人没法坐车',
  '不办了结婚证怎么退',
  '绑定手机号怎么弄',
  '绑定银行卡 6222 不成功',
  '匿名举报村干部',
  '帮助一下孤寡老人',
  '1042-7',
  '12345',
  '1',
  '1 1',
  '2楼漏水',
  '110',
  '',
  '。',
]

describe('a command', () => {
  it.each(all)('%s', (said, command) => {
    expect(readCommand(said)).toEqual(command)
  })

  it.each(sentences)('is not “%s”', (said) => {
    expect(readCommand(said)).toBeNull()
  })

  it('names any case, as written or without hyphens', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 9_999_999 }), fc.constantFrom('进度', '撤回'), (serial, verb) => {
        const number = caseNumber(serial)
        const expected = { do: verb === '进度' ? 'progress' : 'withdraw', number }
        for (const written of [number, number.replaceAll('-', ''), `编号${number}`, ` 编号：${number}。`]) {
          expect(readCommand(`${verb}${written}`)).toEqual(expected)
        }
      }),
    )
  })

  it('is read from any text without a fault', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', '绑定', '撤回', '进度', '编号'),
        (text, before) => {
          const command = readCommand(before + text)
          if (command?.do === 'bind' && command.code !== null) expect(command.code).toMatch(/^\d+$/)
        },
      ),
    )
  })
})
