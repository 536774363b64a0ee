import { shuffle, xorshift } from '../model/svm.ts'
import type { Kind } from '../reading.ts'

/** One line to learn from, or to be measured on. */
export interface Example {
  text: string
  kind: Kind | null
  /** First level or path; null where there is none or it isn't known. */
  topic: string | null
  setting: 'private' | 'group'
  /** Lines grown from one heart must stay on one side of a split. */
  heart?: number
  /** Somebody may die now. */
  emergency?: boolean
  /** A word of a list, not something said: only its characters are learnt from. */
  word?: boolean
}

/** What stands in `topics-*.txt`, by the letter that begins a line. */
const letters: Readonly<Record<string, Kind>> = {
  a: 'appeal',
  s: 'suggestion',
  e: 'enquiry',
  p: 'praise',
  l: 'legislation',
  o: 'oversight',
}

const list = (text: string): string[] => text.split('|')

/** What may stand before and after the heart of a line. Empty ones are many: most chat has no courtesy. */
const before: Readonly<Record<string, string[]>> = {
  appeal: list(
    '||||||||你好，|您好 |代表好，|领导，|麻烦反映一下，|求助|反映个事，|我们这儿|这边|家门口|我家|楼下|村里|实在没办法了，|投诉：|气人，|唉|都没人管吗，',
  ),
  suggestion: list(
    '建议|建议|能不能|希望|希望能|提个建议，|我觉得应该|要是能|最好|可以考虑|可不可以|提议|出个主意，|想请政府|盼着|我建议|应该|建议你们',
  ),
  enquiry: list('请问|请问|问一下|问下，|想问问|咨询下|打听一下|你好，|||||想了解下|麻烦问一下|哪位知道|'),
  praise: list('感谢|谢谢|给你们点赞，|表扬一下，|||真心感谢，|要夸夸，||太感动了，|点赞！'),
  legislation: list('|||对立法提个意见，|我的意见：|立法建议：||看了草案，'),
  oversight: list('举报|反映|实名举报，||||我要举报|投诉|揭发|我们|'),
}
const after: Readonly<Record<string, string[]>> = {
  appeal: list(
    '||||||没人管|，咋弄|，找谁|，麻烦处理一下|，能不能来个人看看|，谢谢|，反映过好几次都没用|!!|😡|，急|，天天这样|有半年了|，两个礼拜了|三天了|好久了|，老人娃娃都受罪|，到底谁管|。请给解决|着呢|咧|，愁死人|，急死人了|，气死人|，物业社区都推|，找了三家都说不归他管|，从去年到现在',
  ),
  suggestion: list('||||吧|就好了|多好|，方便老人|行不行|，大家都方便|，不花多少钱|，你们考虑一下|，谢谢'),
  enquiry: list('|||?|？|啊|呀|，谢谢|，有知道的吗|，急用|，我妈问的|，网上查不到|麻烦说一下'),
  praise: list('||，谢谢|👍|，点赞|，太好了|，真不错|，必须表扬|，攒劲得很|，老百姓心里暖|🌹|，好样的'),
  legislation: list('|||，请采纳|，供参考|，提点意见|，希望写进去'),
  oversight: list('||||，请查一查|，望严查|，没人敢说|，求纪委管管|，还有没有王法|，有证据|，大家都知道'),
}

const places = list(
  '||||||幸福小区|阳光花园|东街社区|南环路|县城|我们村|李家庄|河湾镇|市医院旁边|二中门口|建设路上|开发区|3号楼|二单元|北关村|学府佳苑|老街|三社|一中附近|新城小区',
)

/** Voice input, dialect and haste. */
const slips: [string, string][] = list(
  '路灯=路登|暖气=暖器|垃圾=拉圾|垃圾=拉极|物业=物页|井盖=井该|公交=工交|停水=亭水|停电=挺电|噪音=躁音|噪声=造声|医保=衣保|社保=设保|低保=底保|工资=公资|学区=学取|报销=报消|补贴=不贴|补贴=补帖|化肥=化飞|水渠=水去|征地=正地|宽带=宽代|信号=信浩|快递=快第|派出所=派处所|红绿灯=红路灯|身份证=身分证|疫苗=役苗|挂号=挂好|商家=商佳|退款=推款|油烟=由烟|污水=乌水|贷款=代款|拆迁=拆千|开发商=开发伤|班车=般车|补偿=不偿|养老=养佬|怎么=咋|什么=啥|孩子=娃|孩子=娃娃|没有=没|没有=莫|很=得很|哪里=哪达|为什么=为啥|一直=老|的=滴|知道=晓得|我们=咱|土豆=洋芋|玉米=苞谷|没人管=没人管撒|了=咧|么=嘛',
).map((pair) => pair.split('=') as [string, string])
const marks = list('|||||。|！|...|😭|🙏|~|😤| ')

/** Reads the files and grows every heart into `each` lines. The same input and seed give the same lines. */
export function growCorpus(sources: readonly string[], { each, seed }: { each: number; seed: number }): Example[] {
  const random = xorshift(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const lines: Example[] = []
  const seen = new Set<string>()
  const add = (line: Example): void => {
    const key = `${line.setting} ${line.text}`
    if (line.text !== '' && !seen.has(key)) {
      seen.add(key)
      lines.push(line)
    }
  }
  const slip = (text: string): string => {
    let said = text
    for (const [right, wrong] of slips) if (said.includes(right) && random() < 0.18) said = said.replace(right, wrong)
    if (random() < 0.3) said = said.replace(/[，。！？,]/g, random() < 0.5 ? '' : ' ')
    return said + pick(marks)
  }
  let number = 0
  for (const { heart, kind, topic, setting, emergency, bare } of heartsOf(sources)) {
    number++
    const marked = emergency ? { emergency } : {}
    add({ text: heart, kind, topic, setting, ...marked, heart: number })
    for (let copy = 0; copy < each; copy++) {
      const wrapped =
        bare || kind === null
          ? heart
          : pick(before[kind]!) + (kind === 'appeal' || random() < 0.3 ? pick(places) : '') + heart + pick(after[kind]!)
      add({ text: slip(wrapped), kind, topic, setting, ...marked, heart: number })
    }
  }
  shuffle(lines, random)
  return lines
}

interface Heart extends Omit<Example, 'text' | 'heart'> {
  heart: string
  bare: boolean
}

/** The hearts of both kinds of file: `= 一级` and lettered lines, or `= kind [一级]` and plain ones. */
function* heartsOf(sources: readonly string[]): Generator<Heart> {
  for (const source of sources) {
    let head: string[] = []
    for (const line of source.split('\n')) {
      if (line.startsWith('#') || line.trim() === '') continue
      if (line.startsWith('= ')) {
        head = line.slice(2).trim().split(' ')
        continue
      }
      const lettered = /^([aseplo]) (.*)$/.exec(line)
      for (const heart of (lettered?.[2] ?? line).split('|')) {
        if (lettered) {
          const kind = letters[lettered[1]!]!
          // Wrongs of those in office belong to supervision, whatever their field.
          const topic = kind === 'oversight' && !head[0]!.startsWith('纪检监察') ? '纪检监察' : head[0]!
          yield { heart, kind, topic, setting: 'private', bare: false }
        } else {
          const [name, topic = null] = head as [string, string?]
          const group = name === 'group' || name === 'matter'
          const emergency = name === 'emergency'
          const kind = name === 'group' ? 'chitchat' : name === 'matter' ? null : emergency ? 'appeal' : (name as Kind)
          yield { heart, kind, topic, setting: group ? 'group' : 'private', emergency, bare: kind !== 'appeal' }
        }
      }
    }
  }
}
