import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { kinds } from '#understanding'
import type { Kind } from '#understanding'
import { gazetteer, people, reader, topics, topicWords } from './fixtures.ts'

/** text, kind, first level (null: none; undefined: not asked), place as written */
const lines: [text: string, kind: Kind, topic?: string | null, place?: string | null][] = [
  ['楼下路灯坏了两周没人修', 'appeal', '城乡建设', null],
  ['路登又不亮了，黑咕隆咚的', 'appeal', '城乡建设'],
  ['暖器片冰冰的，娃娃冻得直哭', 'appeal', '城乡建设'],
  ['白银区又停水咧，三天没水了', 'appeal', '城乡建设', '白银区'],
  ['榴园家属院下水道堵了，臭得很', 'appeal', '城乡建设', '榴园家属院'],
  ['刘园家属院门禁坏了', 'appeal', '城乡建设', '刘园家属院'],
  ['绿洲花园的物业不管事，垃圾堆成山', 'appeal', '城乡建设', '绿洲花园'],
  ['开发商拖了三年还不交房', 'appeal', '城乡建设', null],
  ['房产证十年了办不下来', 'appeal', '城乡建设', null],
  ['对门违建加盖了一层', 'appeal', '城乡建设'],
  ['支部一年没开过会，党费咋交的', 'appeal', '党务政务'],
  ['清真寺门口的牌子掉了', 'appeal', '党务政务'],
  ['征地补偿款至今没给', 'appeal', '国土资源', null],
  ['石料厂炸山，家里墙都震裂了', 'appeal', '国土资源'],
  ['隔壁烧烤摊油烟呛得睡不成', 'appeal', '环境保护'],
  ['半夜施工噪音吵得娃睡不着', 'appeal', '环境保护', null],
  ['化工厂偷排污水到沟里', 'appeal', '环境保护'],
  ['班车总是不按点来，票价还涨了', 'appeal', '交通运输', null],
  ['乌兰镇通村公路坑坑洼洼', 'appeal', '交通运输', '乌兰镇'],
  ['快递放驿站从来不送上门', 'appeal', '交通运输'],
  ['出租车不打表还拒载', 'appeal', '交通运输'],
  ['非法集资的公司卷钱跑了', 'appeal', '经济管理'],
  ['银行乱扣我存款利息', 'appeal', '经济管理'],
  ['村里手机没信号，宽带老断网', 'appeal', '科技与信息产业', null],
  ['我爸的低保被取消了，没个说法', 'appeal', '民政', null],
  ['高龄补贴三个月没到账', 'appeal', '民政'],
  ['退伍军人优待金没发', 'appeal', '民政'],
  ['水渠烂了浇不上水，洋芋要旱死了', 'appeal', '农村农业', null],
  ['邻居把我家宅基地占了', 'appeal', '农村农业', null],
  ['种粮补贴没打到一折通上', 'appeal', '农村农业'],
  ['买的手机是假货，商家不给退', 'appeal', '商贸旅游', null],
  ['菜市场缺斤少两坑人', 'appeal', '商贸旅游', null],
  ['导游强制购物', 'appeal', '商贸旅游', null],
  ['会宁县医院挂号排一上午', 'appeal', '卫生计生', '会宁县'],
  ['饭馆里吃坏肚子了，食品安全谁管', 'appeal', '卫生计生'],
  ['娃打疫苗没有货', 'appeal', '卫生计生'],
  ['红绿灯不亮，早高峰堵车', 'appeal', '政法', null],
  ['电动车被偷了，监控没拍上', 'appeal', '政法', null],
  ['老赖欠钱不还，法院执行不了', 'appeal', '政法'],
  ['学区划分不合理，娃上学太远', 'appeal', '教育文体', null],
  ['老师有偿补课，不去就给脸色', 'appeal', '教育文体'],
  ['幼儿园伙食费说涨就涨', 'appeal', '教育文体', null],
  ['老板拖欠工资半年了', 'appeal', '劳动和社会保障', null],
  ['医保报销咋这么慢', 'appeal', '劳动和社会保障', null],
  ['干活摔伤了，工伤认定不给办', 'appeal', '劳动和社会保障'],
  ['村支书优亲厚友，吃拿卡要', 'oversight', '纪检监察'],
  ['窗口工作人员态度恶劣，推诿扯皮', 'oversight', '纪检监察'],
  ['举报镇干部收红包', 'oversight', '纪检监察'],
  ['投诉王建国代表不接电话', 'oversight'],
  ['建议在南环路口增设红绿灯', 'suggestion', '政法'],
  ['希望有个老年食堂', 'suggestion', '民政'],
  ['能不能在公园加装座椅', 'suggestion', '城乡建设'],
  ['物业管理条例草案里应写明业主知情权', 'legislation', '城乡建设'],
  ['建议修改养犬管理条例，增加一条牵绳规定', 'legislation'],
  ['请问低保怎么申请', 'enquiry', '民政', null],
  ['请问什么时候供暖', 'enquiry', '城乡建设', null],
  ['生育登记需要什么材料', 'enquiry'],
  ['感谢社区帮我们修好了路灯', 'praise', '城乡建设'],
  ['给县医院的护士点赞，服务态度好', 'praise', '卫生计生'],
  ['谢谢代表，暖气热了', 'praise', '城乡建设'],
  ['查进度', 'progress'],
  ['我上次反映的路灯怎么样了', 'progress'],
  ['我的案件办到哪一步了', 'progress'],
  ['满意', 'evaluation'],
  ['对处理结果不满意', 'evaluation'],
  ['非常满意！', 'evaluation'],
  ['你好', 'chitchat', null, null],
  ['在吗？', 'chitchat', null],
  ['好的，收到，谢谢', 'chitchat', null],
  ['哈哈哈哈哈哈', 'chitchat', null],
  ['😀👍', 'chitchat', null],
  ['[微笑][抱拳]', 'chitchat', null],
  ['测试测试', 'chitchat', null],
  ['今天天气真好', 'chitchat', null],
  ['早上好各位邻居', 'chitchat', null],
  ['路灯坏了，麻烦了，谢谢', 'appeal', '城乡建设'],
  ['你好，停电了', 'appeal', '城乡建设'],
  ['那个东西', 'appeal', null],
]

describe('the reader on lines of chat', () => {
  it.each(lines)('%s', (text, kind, topic, place) => {
    const reading = reader.read(text)
    expect(reading.kind).toBe(kind)
    if (topic !== undefined) expect(reading.topic?.split('/')[0] ?? null).toBe(topic)
    if (place !== undefined) expect(reading.place?.text ?? null).toBe(place)
  })

  it('covers all first levels of the list, and the table does too', () => {
    const firsts = new Set(topics.map((topic) => topic.split('/')[0]))
    expect(firsts.size).toBe(15)
    expect(new Set(lines.map(([, , topic]) => topic).filter(Boolean))).toEqual(firsts)
  })

  it('gives its reasons', () => {
    expect(reader.read('楼下路灯坏了').reasons).toContain('topic:城乡建设/城市建设和市政管理/城市公共设施<路灯坏')
  })
})

describe('the demo city’s words', () => {
  it('are many, unlike each other and weighed', () => {
    expect(topicWords.length).toBeGreaterThan(1500)
    expect(new Set(topicWords.map(({ word }) => word)).size).toBe(topicWords.length)
    expect(topicWords.filter(({ word, weight }) => word === '' || !(weight > 0))).toEqual([])
  })
})

describe('the reader on any text', () => {
  const scraps = fc.constantFrom(
    '路灯',
    '着火',
    '万一',
    '去年',
    '王建国',
    '代表',
    '白银区',
    '东街社区',
    '小区',
    '投诉',
    '不作为',
    '，',
    '。',
    '\n',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc
      .array(fc.oneof(scraps, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 60 })
      .map((all) => all.join('')),
    // Lone surrogates, which no well-made string holds.
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
  )

  it('never throws and keeps its shape', () => {
    const codes = new Set(gazetteer.map(({ code }) => code))
    const ids = new Set(people.map(({ id }) => id))
    fc.assert(
      fc.property(text, (said) => {
        const reading = reader.read(said)
        expect(kinds).toContain(reading.kind)
        expect(reading.topicConfidence).toBeGreaterThanOrEqual(0)
        expect(reading.topicConfidence).toBeLessThanOrEqual(1)
        expect(reading.danger !== null).toBe(reading.urgency === 'emergency')
        expect(reading.accused.every((id) => ids.has(id))).toBe(true)
        if (reading.accused.length > 0) expect(reading.kind).toBe('oversight')
        if (reading.place) {
          expect(said).toContain(reading.place.text)
          expect(reading.place.code === null || codes.has(reading.place.code)).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it.each(['路灯坏了', '着火万一', '东街社区', '投诉王建国代表', '和幸福小区', '消防', 'a', ' ', '煤气人漏', '很好的'])(
    'reads 10,000 characters of %s, and twice as many in no more than linear time',
    (unit) => {
      const best = (length: number) => {
        const long = unit.repeat(Math.ceil(length / unit.length))
        let least = Infinity
        for (let run = 0; run < 5; run++) {
          const start = performance.now()
          reader.read(long)
          least = Math.min(least, performance.now() - start)
        }
        return least
      }
      best(2000)
      // A quadratic rule would need 16 times as long for 4 times the text; 100 ms more for a busy machine.
      expect(best(40_000)).toBeLessThan(8 * best(10_000) + 100)
      expect(best(10_000)).toBeLessThan(500)
    },
  )
})
