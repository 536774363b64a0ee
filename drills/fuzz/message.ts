import type { Random } from '../random.ts'
import { cdata, oddName, oddText } from './words.ts'
import type { Account } from './account.ts'

/** Members in their order; a value as it stands between its tags. */
export type Members = [string, string][]

/** A message or event as the platform would write it, odd in what it says and right in how. */
export function genuineMembers(random: Random, { name }: Account, openid: string, msgId: string, now: number): Members {
  const head: Members = [
    ['ToUserName', cdata(name)],
    ['FromUserName', cdata(openid)],
    ['CreateTime', String(now - random.whole(0, 100_000))],
  ]
  const id: Members = [['MsgId', msgId]]
  const message = (type: string, ...rest: Members): Members => [...head, ['MsgType', cdata(type)], ...rest, ...id]
  const event = (type: string, ...rest: Members): Members => [
    ...head,
    ['MsgType', cdata('event')],
    ['Event', cdata(type)],
    ...rest,
  ]
  const odd = () => cdata(oddText(random))
  switch (random.whole(0, 15)) {
    case 0:
      return message('image', ['PicUrl', odd()], ['MediaId', odd()])
    case 1:
      return message('voice', ['MediaId', odd()], ['Format', cdata('amr')], ['Recognition', odd()])
    case 2:
      return message(random.pick(['video', 'shortvideo']), ['MediaId', odd()], ['ThumbMediaId', odd()])
    case 3: {
      const at = (most: number) =>
        random.pick([
          String(random.whole(-most, most)),
          `${random.whole(-999, 999)}.${random.whole(0, 999_999)}`,
          'NaN',
          '1e400',
        ])
      return message('location', ['Location_X', at(90)], ['Location_Y', at(180)], ['Scale', '16'], ['Label', odd()])
    }
    case 4:
      return message('link', ['Title', odd()], ['Description', odd()], ['Url', odd()])
    case 5:
      return message(random.pick(['sticker', 'x'.repeat(100), 'TEXT', 'Text', 'file']), ['Content', odd()])
    case 6:
      return event('subscribe', ['EventKey', cdata(random.chance(0.5) ? '' : `qrscene_${oddText(random)}`)])
    case 7:
      return event(random.pick(['SCAN', 'scan', 'CLICK', 'VIEW']), ['EventKey', odd()], ['Ticket', odd()])
    case 8:
      return event(
        random.pick(['unsubscribe', 'LOCATION', 'TEMPLATESENDJOBFINISH', 'weapp_audit_success', oddText(random)]),
        [`New${random.whole(0, 99)}`, odd()],
      )
    case 9:
      return [...message('text', ['Content', odd()]), ['bizmsgmenuid', '101'], [`New${random.whole(0, 99)}`, odd()]]
    default:
      return message('text', ['Content', odd()])
  }
}

export function toXml(members: Members, between = ''): string {
  return `<xml>${members.map(([name, value]) => `<${name}>${value}</${name}>${between}`).join('')}</xml>`
}

/** The same message with something wrong about its form. */
export function malformed(random: Random, members: Members): Buffer {
  const xml = toXml(members)
  const at = random.whole(0, members.length - 1)
  const but = (change: (copy: Members) => void): Buffer => {
    const copy: Members = members.map(([name, value]) => [name, value])
    change(copy)
    return Buffer.from(toXml(copy))
  }
  switch (random.whole(0, 21)) {
    case 0:
      return but((copy) => copy.splice(at, 1))
    case 1:
      return but((copy) => copy.splice(at, 0, copy[at]!))
    case 2:
      return but((copy) => (copy[at]![1] = ''))
    case 3:
      return but(
        (copy) =>
          (copy[at]![1] = random.pick([
            '<a><b>1</b></a>',
            '<a/>',
            '1'.repeat(5_000),
            '-1',
            '0x10',
            '9'.repeat(40),
            '\u0000',
          ])),
      )
    case 4:
      return but((copy) => (copy[at]![0] = oddName(random)))
    case 5:
      return Buffer.from(xml.slice(0, random.whole(0, xml.length)))
    case 6:
      return Buffer.from(`<!DOCTYPE xml [<!ENTITY a "${'b'.repeat(100)}">${'<!ENTITY c "&a;&a;">'.repeat(10)}]>${xml}`)
    case 7:
      return Buffer.from(xml.replace('<xml>', `<xml a="${oddText(random).replaceAll('"', '')}">`))
    case 8:
      return Buffer.from(`${'<a>'.repeat(2_000)}${xml}${'</a>'.repeat(2_000)}`)
    case 9:
      return Buffer.from(toXml([...members, ['Deep', '<a>'.repeat(1_000) + '</a>'.repeat(1_000)]]))
    case 10:
      return Buffer.concat([
        Buffer.from(xml.slice(0, -20)),
        random.bytes(random.whole(1, 40)),
        Buffer.from(xml.slice(-20)),
      ])
    case 11: {
      const bytes = Buffer.from(xml)
      for (let flips = random.whole(1, 20); flips > 0; flips--)
        bytes[random.whole(0, bytes.length - 1)] = random.whole(0, 255)
      return bytes
    }
    case 12:
      return Buffer.from(xml, 'utf16le')
    case 13:
      return Buffer.from(`\ufeff<?xml version="1.0" encoding="GBK"?>\n${xml}`)
    case 14:
      return Buffer.from(JSON.stringify(Object.fromEntries(members)))
    case 15:
      return Buffer.alloc(0)
    case 16:
      return Buffer.from(`${xml}${xml}`)
    case 17:
      return Buffer.from(xml.replace('</FromUserName>', '</fromusername>'))
    case 18:
      return Buffer.from(
        toXml(members, random.pick(['<!-- a -->', '<?a b?>', '\u0000', 'text between', '<![CDATA[x]]>'])),
      )
    case 19:
      return Buffer.from(
        toXml(Array.from({ length: 3_000 }, (_, index) => [`F${index}`, '1'] as [string, string]).concat(members)),
      )
    case 20:
      return random.bytes(random.whole(1, 3_000))
    default:
      return Buffer.from(toXml([...members].sort(() => random.next() - 0.5)))
  }
}
