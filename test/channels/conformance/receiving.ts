import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMashangError } from '#base'
import { contents, silent, text } from './samples.ts'
import type { Suite } from './suite.ts'

/** What a channel's door must do. */
export function receiving(suite: Suite): void {
  describe('receiving', () => {
    test('stores what is genuine, and answers with a receipt in time', async () => {
      const address = suite.someone()
      const began = performance.now()
      const answer = await suite.knock(suite.said(address))
      expect(performance.now() - began).toBeLessThan(suite.it.channel.door!.patienceMs ?? 5_000)
      expect(answer.status).toBe(200)
      expect(await suite.rows(address)).toEqual([
        { type: 'text', text: '晨光社区3号楼的路灯坏了', answer: expect.stringContaining('编号') },
      ])
      expect(suite.it.replied(answer)).toBe((await suite.rows(address))[0]!.answer)
    })

    test('the same message again, and four at once: one row, the same answer', async () => {
      const address = suite.someone()
      const once = suite.said(address, text('晨光社区的井盖丢了'))
      const four = await Promise.all([1, 2, 3, 4].map(() => suite.knock(once)))
      const later = await suite.knock(once)
      const answers = [...four, later].map((answer) => suite.it.replied(answer))
      expect(new Set(answers).size).toBe(1)
      expect(answers[0]).toContain('编号')
      expect(await suite.rows(address)).toHaveLength(1)
      await suite.knock(suite.said(address, text('晨光社区的井盖丢了')))
      expect(await suite.rows(address)).toHaveLength(2)
    })

    test('what one person says one after the other is stored in that order', async () => {
      const address = suite.someone()
      const words = Array.from({ length: 6 }, (_, n) => `晨光社区路灯坏了，第${n + 1}点`)
      for (const each of words) await suite.knock(suite.said(address, text(each)))
      expect((await suite.rows(address)).map(({ text: stored }) => stored)).toEqual(words)
    })

    test.each(contents)('$type: taken and answered kindly, or not to be had there', async (content) => {
      const address = suite.someone()
      const request = suite.it.request(suite.said(address, content))
      expect(request !== null).toBe(suite.it.channel.rules.receives.includes(content.type))
      if (request === null) return
      const answer = await suite.knock.with(request)
      expect(answer.status).toBe(200)
      const row = await suite.newest()
      expect(row!.type).toBe(content.type)
      expect(suite.it.replied(answer)).toBe(row!.answer)
      if (silent.includes(content.type)) expect(row!.answer).toBeNull()
      else expect(row!.answer!.length).toBeGreaterThan(0)
    })

    test('words come through as they were written', async () => {
      const address = suite.someone()
      const odd = '第1行\n“引号” <b>&amp; ]]> 😀 𠮷 \t 00123'
      await suite.knock(suite.said(address, text(odd)))
      expect((await suite.rows(address))[0]!.text).toBe(odd)
    })

    test('what is not genuine is 4xx, names nobody, and is not stored', async () => {
      const address = suite.someone()
      const forgeries = suite.it.forged(suite.said(address))
      expect(forgeries.length).toBeGreaterThan(0)
      for (const [index, forged] of forgeries.entries()) {
        const answer = await suite.knock.with(forged)
        expect({ index, refused: answer.status >= 400 && answer.status < 500 }).toEqual({ index, refused: true })
        expect(answer.body).not.toContain(address)
      }
      expect(await suite.rows(address)).toEqual([])
    })

    test('whatever else comes to the door is refused by a 4xx', () => {
      const genuine = suite.it.request(suite.said(suite.someone()))!
      const value = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.constantFrom('', '0', '-1', '9'.repeat(40)),
      )
      const strange = fc.record({
        method: fc.constantFrom('GET' as const, 'POST' as const),
        path: fc.constantFrom('', '/x', '/../y'),
        query: fc.oneof(
          fc.dictionary(fc.string({ maxLength: 12 }), value, { maxKeys: 5 }),
          fc.constant(genuine.query),
          fc.record(Object.fromEntries(Object.keys(genuine.query).map((key) => [key, value]))),
        ),
        headers: fc.constantFrom({}, genuine.headers),
        body: fc.oneof(
          fc.string({ unit: 'binary', maxLength: 300 }),
          fc.json(),
          fc.string().map((inner) => `<xml>${inner}</xml>`),
        ),
      })
      fc.assert(
        fc.property(strange, (request) => {
          const door = suite.it.channel.door!
          try {
            const opened = door.open(request, suite.house.clock())
            // Only what says nothing may be answered unasked: a page, a refusal in the channel's own form.
            return opened.do === 'answer'
          } catch (error) {
            return isMashangError(error) && error.status >= 400 && error.status < 500
          }
        }),
        { numRuns: 300 },
      )
    })
  })
}
