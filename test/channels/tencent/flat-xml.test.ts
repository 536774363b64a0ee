import * as fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'

import { scanFlatXml } from '../../../channels/tencent/flat-xml.ts'
import { parseXml, writeXml } from '../../../channels/tencent/xml.ts'

const whole = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
})

/** What the whole parser reads, without the white space between members, which it keeps as a member of its own. */
function membersOf(text: string): unknown {
  const { xml } = whole.parse(text) as { xml: unknown }
  if (typeof xml !== 'object' || xml === null) return xml
  const { '#text': between, ...members } = xml as Record<string, unknown>
  return typeof between === 'string' && between.trim() !== '' ? xml : members
}

const name = fc.constantFrom('ToUserName', 'FromUserName', 'CreateTime', 'MsgType', 'Content', 'MsgId', 'EventKey')
const piece = fc.oneof(
  fc.constantFrom(
    '<xml>',
    '</xml>',
    '<Content>',
    '</Content>',
    '<![CDATA[',
    ']]>',
    '&amp;',
    '<!DOCTYPE a>',
    '<!-- -->',
    '<List><item>a</item></List>',
    '<MsgId>1</MsgId>',
    '<Content><![CDATA[a]]></Content>',
    '<A b="c">',
    '</A>',
    '\n',
    ' ',
    '00123',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)

describe('scanFlatXml', () => {
  it('reads what writeXml writes as the whole parser reads it', () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat())), (fields) => {
        fc.pre(Object.keys(fields).length > 0)
        const text = writeXml(fields)
        const flat = scanFlatXml(text)
        if (flat !== null) expect(flat).toEqual(membersOf(text))
      }),
    )
  })

  it('answers the same as the whole parser wherever it answers at all', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = `<xml>${pieces.join('')}</xml>`
        const flat = scanFlatXml(text)
        if (flat !== null) expect(flat).toEqual(membersOf(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('reads a text message of the platform itself, ids and zeros kept', () => {
    const text =
      '<xml>\n<ToUserName><![CDATA[gh_1]]></ToUserName>\n<CreateTime>1714112445</CreateTime>\n' +
      '<Content><![CDATA[00123 <b>&amp;]]></Content>\n<MsgId>6054768590064713728</MsgId>\n</xml>\n'
    expect(scanFlatXml(text)).toEqual({
      ToUserName: 'gh_1',
      CreateTime: '1714112445',
      Content: '00123 <b>&amp;',
      MsgId: '6054768590064713728',
    })
  })

  it('passes over white space between members, also after one that is called like the whole', () => {
    const text = '<xml> <xml>1</xml>\n<A>2</A> </xml>'
    expect(scanFlatXml(text)).toEqual({ xml: '1', A: '2' })
    expect(membersOf(text)).toEqual({ xml: '1', A: '2' })
  })

  it.each([
    ['nesting', '<xml><List><item>a</item></List></xml>'],
    ['an attribute', '<xml a="b"><A>1</A></xml>'],
    ['a name twice', '<xml><A>1</A><A>2</A></xml>'],
    ['a CDATA end inside', '<xml><A><![CDATA[a]]]]><![CDATA[>b]]></A></xml>'],
    ['an unclosed member', '<xml><A>1</xml>'],
    ['something after the end', '<xml><A>1</A></xml><xml/>'],
    ['a prototype', '<xml><constructor>1</constructor></xml>'],
    ['nothing in it', '<xml></xml>'],
    ['a declaration', '<!DOCTYPE xml><xml><A>1</A></xml>'],
  ])('leaves %s to the whole parser', (_what, text) => {
    expect(scanFlatXml(text)).toBeNull()
  })

  it('is used by parseXml, which still refuses declarations', () => {
    expect(parseXml('<xml><A>1</A></xml>')).toEqual({ A: '1' })
    expect(() => parseXml('<!DOCTYPE xml><xml><A>1</A></xml>')).toThrow(expect.objectContaining({ code: 'PUSH_XML' }))
  })
})
