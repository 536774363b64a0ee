import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { caseNumber } from '#cases'
import { hideNumbers, hidePerson, shorten } from '#templates'

const hidden = [
  '13812345678',
  '138 1234 5678',
  '138-1234-5678',
  '138－1234－5678',
  '138.1234.5678',
  '138 123 456 78',
  '1 3 8 1 2 3 4 5 6 7 8',
  '138  1234  5678',
  '１３８１２３４５６７８',
  '+8613812345678',
  '8613812345678',
  '+86 138 1234 5678',
  '0943-8221234',
  '0943 822 1234',
  '010-12345678',
  '01012345678',
  '620402198001011234',
  '62040219800101123X',
  '62040219800101123x',
  '620402 19800101 1234',
  '620402-1980-0101-1234',
  '62 04 02 1980 01 01 12 34',
  '６２０４０２１９８００１０１１２３４',
  '620402800101123',
  '6222 0212 3456 7890 123',
]
const shown = [
  '编号 1042-9',
  '编号 3-1042-3',
  '编号 1042-9，编号 1043-2',
  '1042-9 1043-2 1044-7',
  '2026-11-24',
  '2026年11月24日 18:00',
  '2026-11-24 18:00',
  '2026-11-24 至 2026-11-25',
  '2026-11-24 2026-11-25',
  '2026.11.24-2026.11.30',
  '11月24日 8:30-18:00',
  '3号楼2单元501',
  '欠薪 12500.50 元',
  '拨打 12345、110、95598',
  '公交 102 路',
]

describe('numbers that tell who somebody is', () => {
  it.each(hidden)('are hidden: %s', (number) => {
    for (const text of [number, `电话${number}，路灯坏了`, `我叫张某 ${number} 请回`]) {
      expect(hideNumbers(text).replace(/86(?=＊| ＊)/, '')).not.toMatch(/[\d０-９]{2}/)
      expect(hideNumbers(text)).toContain('＊')
    }
    expect(hideNumbers(`电话${number}，路灯坏了`)).toMatch(/^电话.*，路灯坏了$/)
  })

  it.each(shown)('are not these: %s', (text) => {
    expect(hideNumbers(text)).toBe(text)
  })

  it('are hidden however a mobile phone is grouped', () => {
    const mobile = fc
      .tuple(fc.constantFrom('13', '15', '18', '19', '17'), fc.stringMatching(/^\d{9}$/))
      .map((parts) => parts.join(''))
    const gaps = fc.array(fc.constantFrom('', '', '', ' ', '-', '－', '.', '　'), { minLength: 10, maxLength: 10 })
    fc.assert(
      fc.property(mobile, gaps, (number, between) => {
        const text = [...number].map((digit, index) => digit + (between[index] ?? '')).join('')
        expect(hideNumbers(`电话：${text}。`)).toMatch(/^电话：＊+。$/)
      }),
      { numRuns: 1000 },
    )
  })

  it('are never a case number, nor a day', () => {
    const serial = fc.integer({ min: 1000, max: 99_999_999 })
    const day = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(serial, day, (serial, date) => {
        const text = `编号 ${caseNumber(serial)}，${date.toISOString().slice(0, 10)} ${date.toISOString().slice(0, 10)}`
        expect(hideNumbers(text)).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })

  it('take no more than linear time to find', () => {
    const began = performance.now()
    for (const unit of ['1', '12 ', '1 ', '2026-11-24 ', '138']) hideNumbers(unit.repeat(20_000))
    expect(performance.now() - began).toBeLessThan(2000)
  })
})

describe('shortening', () => {
  it('keeps what fits, and counts what it leaves out', () => {
    expect(shorten('路灯坏了', 4)).toBe('路灯坏了')
    expect(shorten('路灯坏了', 2)).toBe('路灯……（还有 2 字）')
    expect(shorten('😀😀😀', 2)).toBe('😀😀……（还有 1 字）')
    expect(shorten('路灯坏了', 4, 7)).toBe('路灯……（还有 2 字）')
  })

  it('never cuts a character, nor goes over its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(30), fc.nat(60), (words, most, mostBytes) => {
        const short = shorten(words, most, mostBytes)
        if (short === words) return
        const [kept] = short.split('……（还有 ')
        expect(words.startsWith(kept!)).toBe(true)
        expect([...kept!].length).toBeLessThanOrEqual(most)
        expect(Buffer.byteLength(kept!)).toBeLessThanOrEqual(mostBytes)
        expect(short).toContain(`（还有 ${[...words].length - [...kept!].length} 字）`)
      }),
    )
  })
})

describe('who said it', () => {
  it.each([
    ['我叫刘长河，路灯坏了', '我叫＊＊，路灯坏了'],
    ['我是张三。电话13912345678', '我是＊＊。电话＊＊＊＊'],
    ['姓名：欧阳小鹿 身份证620402199001011234', '姓名：＊＊ 身份证＊＊＊＊＊＊'],
    ['联系人李四电话0943-8221234', '联系人＊＊电话＊＊＊＊'],
    ['本人王五住在晨光佳苑3号楼', '本人＊＊住在晨光佳苑3号楼'],
    ['微信号 wxid_abc123，邮箱：someone@example.com', '微信号 ＊＊＊＊，邮箱：＊＊＊＊'],
  ])('is hidden: %s', (words, hidden) => {
    expect(hidePerson(words)).toBe(hidden)
  })

  it.each([
    '我是晨光社区的居民，3号楼路灯坏了',
    '我叫了三次都没人来修',
    '本人反映向阳社区停水',
    '联系人大代表也没用',
    '李师傅说要换电缆，王家巷积水半米',
    '编号 1000-8 还没修，2026-11-23 报的',
  ])('and the matter is not: %s', (words) => expect(hidePerson(words)).toBe(words))

  it('twice is the same as once', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('我叫', '刘长河', '，', '电话', '13912345678', '住', ' ', 'a@b.cn', '微信', '路灯', '：'),
          { maxLength: 12 },
        ),
        (parts) => {
          const once = hidePerson(parts.join(''))
          expect(hidePerson(once)).toBe(once)
        },
      ),
    )
  })
})
