import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseXml, writeXml } from '../../../channels/tencent/xml.ts'

const xmlError = expect.objectContaining({ code: 'PUSH_XML', status: 400 })

test('what is written is read back, with `]]>`, tags, spaces and digits as they were', () => {
  const piece = fc.constantFrom(
    ']]>',
    '<![CDATA[',
    '<xml>',
    '</Content>',
    '&amp;',
    '<!DOCTYPE x>',
    ' ',
    '路灯',
    '00123',
    '😀',
    '\n',
    ']',
    '>',
  )
  const words = fc
    .array(fc.oneof(piece, fc.string({ unit: 'grapheme' })))
    // oxlint-disable-next-line no-control-regex -- what XML can't carry
    .map((parts) => parts.join('').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\r/g, ''))
  fc.assert(
    fc.property(words, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (text, id) => {
      const written = writeXml({ Content: text, MsgId: String(id) })
      expect(parseXml(written)).toMatchObject({ Content: text, MsgId: String(id) })
    }),
  )
})

test('numbers stay as written', () => {
  expect(parseXml('<xml><MsgId>23456789012345678901</MsgId><Content>00123</Content></xml>')).toEqual({
    MsgId: '23456789012345678901',
    Content: '00123',
  })
})

describe('refused', () => {
  const bodies = {
    'an empty body': '',
    'no XML': 'hello',
    JSON: '{"xml":{}}',
    'another root': '<html><a>1</a></html>',
    'a bare text': '<xml>1</xml>',
    'a DOCTYPE': '<!DOCTYPE xml [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>',
    'a DOCTYPE behind CDATA': '<xml><a><![CDATA[x]]></a><!doctype b></xml>',
    'an unclosed CDATA': '<xml><Content><![CDATA[x</Content></xml>',
  }
  test.each(Object.entries(bodies))('%s', (_, body) => {
    expect(() => parseXml(body)).toThrow(xmlError)
  })

  test('but a resident may write about one', () => {
    expect(parseXml(writeXml({ Content: '<!DOCTYPE html>' }))).toEqual({ Content: '<!DOCTYPE html>' })
  })

  test('no tag name reaches a prototype', () => {
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty']) {
      try {
        parseXml(`<xml><${name}><polluted>yes</polluted></${name}></xml>`)
      } catch (error) {
        expect(error).toEqual(xmlError)
      }
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    }
  })
})
