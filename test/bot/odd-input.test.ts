import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { pushesFor } from './push.ts'
import type { Pushes } from './push.ts'

let houses: Record<'plain' | 'safe', TestHouse>
let pushes: Record<'plain' | 'safe', Pushes>
const modes = ['plain', 'safe'] as const

beforeAll(async () => {
  const [plain, safe] = await Promise.all([
    startTestHouse({ mode: 'plain', workers: false }),
    startTestHouse({ mode: 'safe', workers: false }),
  ])
  houses = { plain, safe }
  pushes = { plain: pushesFor(plain, 'plain'), safe: pushesFor(safe, 'safe') }
})
afterAll(async () => {
  await houses.plain.stop()
  await houses.safe.stop()
})

describe.each(modes)('taken in as it is in %s mode', (mode) => {
  async function stored(text: string, sender: string) {
    const { post, text: message } = pushes[mode]
    const fields = message(sender, text)
    const response = await post(houses[mode].bot.app, fields)
    expect(response.statusCode).toBe(200)
    const { rows } = await houses[mode].owner.query<{ text: string; dedupe_key: string; meaning: string }>(
      'SELECT text, dedupe_key, meaning FROM message WHERE dedupe_key = $1',
      [`message:${String(fields['MsgId'])}`],
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]!.meaning).not.toBe('failed')
    return rows[0]!
  }

  test.each([
    ['10,000 characters', '晨光社区的路灯坏了。'.repeat(1000)],
    ['emoji, also joined ones', '👨‍👩‍👧‍👦 路灯坏了 🇨🇳💡🏚️'],
    ['right to left', 'كسر مصباح الشارع ‮路灯‬ קרית'],
    ['zero width', '路\u200b灯\u200d坏\ufeff了\u2060'],
    ['the end of a CDATA', '价格 a[b[0]]> 100，]]>]]><![CDATA['],
    ['what looks like markup', '<MsgType>event</MsgType>&amp;&#x4E2D;&lt;xml>'],
    ['what looks like SQL or a template', "'; DROP TABLE message; -- {{ c.number }} {% raw %} $1"],
    ['blanks around and inside', '  路灯\t坏了\n\n第二行  '],
    ['digits with leading noughts', '00123'],
    ['nothing but a space', ' '],
  ])('%s', async (_, text) => {
    expect((await stored(text, `oOdd${mode}`)).text).toBe(text)
  })

  test('a message id as a 64-bit number, next to another that differs only in its last digit', async () => {
    const { post, text } = pushes[mode]
    for (const MsgId of ['18446744073709551614', '18446744073709551615']) {
      const response = await post(houses[mode].bot.app, text('oWide', `第 ${MsgId} 条`, { MsgId }))
      expect(response.statusCode).toBe(200)
    }
    const { rows } = await houses[mode].owner.query('SELECT 1 FROM message WHERE dedupe_key LIKE $1', [
      'message:1844674407370955161_',
    ])
    expect(rows).toHaveLength(2)
  })

  test('NUL and characters that are none: the rest is kept', async () => {
    expect((await stored('路灯\u0000坏了', 'oNul')).text).toBe('路灯坏了')
    expect((await stored('路灯\ud800坏了', 'oHalf')).text).toBe('路灯\ufffd坏了')
  })

  test('an event whose name breaks off inside a character', async () => {
    const { post, text } = pushes[mode]
    const event = text('oName', '', { MsgType: 'event', Event: `${'a'.repeat(127)}😀` })
    const response = await post(houses[mode].bot.app, event)
    expect(response.statusCode).toBe(200)
  })

  test('any words at all', async () => {
    const words = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).filter((text) => !text.includes('\u0000'))
    let n = 0
    await fc.assert(
      fc.asyncProperty(words, async (text) => {
        // Line ends are the XML's to normalise.
        fc.pre(!text.includes('\r'))
        expect((await stored(text, `oAny${n++}`)).text).toBe(text)
      }),
      { numRuns: 60 },
    )
  })
})

test('a genuine push is taken whatever type its body claims to be', async () => {
  const { request, text } = pushes.safe
  for (const type of [
    'application/xml',
    'text/plain',
    'application/json',
    'application/x-www-form-urlencoded',
    'x-odd/x-type',
  ]) {
    const response = await houses.safe.bot.app.inject({
      ...request(text('oType', `以 ${type} 发来`)),
      headers: { 'content-type': type },
    })
    expect(response.statusCode, type).toBe(200)
  }
})
