import { longSurnames } from './lexicon/accused.ts'
import { nameCues, shortTitles, sureCues, surnames, titles } from './lexicon/names.ts'
import { normalise } from './normalise.ts'
import type { NamedPerson } from './reading.ts'

/**
 * Takes out of words what tells who said them, whom they speak of and where exactly somebody lives, as far as its form
 * shows it. In doubt it goes: what is left only has to tell what the matter is. Names on the roll go wherever they stand.
 * Doing it twice changes nothing more. Time grows with the length alone.
 */
export function createRedact(people: readonly NamedPerson[] = []): (text: string) => string {
  const names = people.map(({ name }) => normalise(name).text.replace(/[\s·]/gu, '')).filter((name) => name.length > 1)
  const listed = names.length === 0 ? null : new RegExp(names.toSorted(longerFirst).map(spread).join('|'), 'gu')
  return (text) => {
    const plain = rules.reduce((words, [pattern, by]) => words.replace(pattern, by as string), normalise(text).text)
    const named = listed === null ? plain : plain.replace(listed, '[姓名]')
    return named.replace(/(?:\[姓名\]){2,}/gu, '[姓名]')
  }
}

const longerFirst = (a: string, b: string): number => b.length - a.length
const spread = (name: string): string =>
  [...name].map((char) => char.replace(/[^\p{L}\p{N}]/gu, '\\$&')).join('[\\s·.]?')
const anyOf = (words: Iterable<string>): string => [...words].toSorted(longerFirst).join('|')

const surname = `(?:${anyOf(longSurnames)}|[${surnames}])`
const han = '\\p{Script=Han}'
/** Where a name of unknown length ends. */
const nameEnds =
  '(?=[^\\p{Script=Han}]|电话|手机|身份证|微信|家|住|在|的|说|称|和|与|跟|向|被|把|因|于|是|也|都|去|来|反映|投诉|举报|欠|打|骂|$)'
const numeral = '[0-9一二三四五六七八九十百零〇两]'
const unit = '(?:号楼|号院|号门|号铺|栋|幢|座|单元|弄|#楼?)'
/** A letter of a given name: 白银区 and 王家村 are no people. */
const given = `(?![区县镇乡村路街市省社院楼])${han}`

/** Numbers that everybody may ring: 12345, 95598, 10086. */
const publicNumber = /^(?:12[0-9]{3}|9[56][0-9]{3}|100[0-9]{2})$/
const hideNumber = (number: string): string => (publicNumber.test(number) ? number : '[号码]')

type Rule = [pattern: RegExp, by: string | ((found: string) => string)]
const rules: readonly Rule[] = [
  [/https?:\/\/[^\s一-鿿，。]+|www\.[^\s一-鿿，。]+/gu, '[网址]'],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}/gu, '[邮箱]'],
  [
    /(?<![a-z0-9.-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.(?:com|cn|net|org|gov|edu|top|xyz|vip|cc|io|me|info|shop|club)(?![a-z0-9])[^\s一-鿿，。]{0,200}/gu,
    '[网址]',
  ],
  [
    /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][\s·.•-]?[a-z0-9]{4,5}[a-z0-9学警港澳挂领]/gu,
    '[车牌]',
  ],
  // 微信 abc123, vx:…: whatever follows the cue in Latin letters and digits.
  [
    /(微信号?|威信|v信|vx|wx|weixin|wechat|qq号?|扣扣号?|抖音号?|快手号?|支付宝|账号|帐号|卡号|密码|证号|编号)([是为:\s]{0,3})[a-z0-9_.@*-]{4,60}/gu,
    '$1$2[账号]',
  ],
  // Any number of five digits or more, however it is grouped, masked or spelt: phones, identity and bank numbers, codes.
  [/(?<![0-9])[0-9](?:[\s._*~—·()/-]{0,4}[0-9x*]){3,40}[\s._*~—·()/-]{0,4}[0-9x](?![0-9])/gu, hideNumber],
  [/[零〇一二三四五六七八九幺两](?:[\s-]?[零〇一二三四五六七八九幺两]){6,40}/gu, '[号码]'],
  // A token of letters and digits is an account's name more often than anything else.
  [/(?<![a-z0-9_[])(?=[a-z_-]{0,30}[0-9])(?=[0-9_-]{0,30}[a-z])[a-z0-9_-]{6,40}(?![a-z0-9_\]])/gu, '[账号]'],
  // 3号楼2单元501室, 三号楼二单元, 12栋1-502; then 3-2-501 on its own, and the number of a house in a street.
  [
    new RegExp(
      `(?:${numeral}{1,4}${unit}[\\s,、-]{0,2}){1,4}(?:${numeral}{1,4}(?:层|楼))?(?:[0-9]{1,2}-)?[0-9]{0,4}(?:室|号|户)?`,
      'gu',
    ),
    '[门牌]',
  ],
  [/[0-9]{2,4}室/gu, '[门牌]'],
  [/(?<![0-9-])[0-9]{1,3}-[0-9]{1,2}-[0-9]{2,4}(?![0-9-])/gu, '[门牌]'],
  [new RegExp(`(?<=[路街巷道村弄院组社队])${numeral}{1,5}(?:-${numeral}{1,3})?号(?![线楼])`, 'gu'), '[门牌]'],
  [
    new RegExp(
      `(?<=${anyOf(sureCues)})([是为:\\s]{0,2})(?![了来去他她它你您不人车救])(?:${han}{2,4}?${nameEnds}|${surname}${han}{2})`,
      'gu',
    ),
    '$1[姓名]',
  ],
  [
    new RegExp(
      `(?<=${anyOf(nameCues)})([是为:\\s]{0,2})${surname}(?!${anyOf(titles)})(?:${given}){1,2}?${nameEnds}`,
      'gu',
    ),
    '$1[姓名]',
  ],
  [new RegExp(`${surname}(?:${given}){0,2}?(?=${anyOf(titles)})`, 'gu'), '[姓名]'],
  [new RegExp(`${surname}(?:${given})?某?(?=[${shortTitles}]${nameEnds})`, 'gu'), '[姓名]'],
  [new RegExp(`${surname}(?=[哥姐叔姨婶])`, 'gu'), '[姓名]'],
  [new RegExp(`(?<!${han})[老小]${surname}${nameEnds}`, 'gu'), '[姓名]'],
]
