import type { Random } from '../random.ts'

/** Things people's phones really send, and things that break programs. All of them may stand in XML. */
const oddities = [
  '楼下路灯坏了两周没人修',
  '👨‍👩‍👧‍👦🏳️‍🌈',
  'مرحبا بالعالم',
  '\u202eתשרא\u202c',
  '\u200b\u200d\ufeff',
  ']]>',
  ']]]]><![CDATA[>',
  '<xml>',
  '</Content>',
  '&lt;&amp;&#0;&#x110000;',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  "'; DROP TABLE message; --",
  '{{ c.number }}{% raw %}',
  '${process.exit(1)}',
  '../../etc/passwd',
  '%00%ff',
  '编号 1042-9',
  '绑定 12345678',
  '撤回',
  '进度',
  '匿名',
  '1',
  '1 1',
  '不满意',
  '接单',
  '4 A',
  '\t\n\r',
  ' ',
  '　',
  'a\u0301\u0301\u0301',
  '\ufffd',
  '𠮷𠮷',
  '13800000000',
  '\u2028\u2029',
  'NaN',
  'null',
  '__proto__',
  'constructor',
  '救命，着火了',
  '举报李宏远',
  '我要投诉',
] as const

/** One to a few of them, or one very often. */
export function oddText(random: Random): string {
  if (random.chance(0.03)) return random.pick(oddities).repeat(random.whole(200, 900)).slice(0, 10_000).toWellFormed()
  return Array.from({ length: random.whole(1, 4) }, () => random.pick(oddities)).join(
    random.pick(['', ' ', '，', '\n']),
  )
}

const names = [
  'Content',
  'Recognition',
  'EventKey',
  'Event',
  'MediaId',
  'Label',
  'Url',
  'MsgType',
  'constructor',
  '__proto__',
  'toString',
  'a'.repeat(300),
]

export function oddName(random: Random): string {
  return random.pick(names)
}

export function cdata(text: string): string {
  return `<![CDATA[${text.split(']]>').join(']]]]><![CDATA[>')}]]>`
}
