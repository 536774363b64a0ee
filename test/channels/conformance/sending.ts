import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fitted } from '#channels'
import type { Outbound, SendOutcome } from '#channels'
import { createBindingCode } from '#store'
import { until } from '../../support/house.ts'
import { hostilities, startHostile } from './hostile.ts'
import type { Hostility } from './hostile.ts'
import { createLane } from './conversation.ts'
import { outbounds, text } from './samples.ts'
import type { Suite } from './suite.ts'

/** What a channel's sending must do, alone and under the real worker. */
export function sending(suite: Suite): void {
  describe('sending', () => {
    test('what a worker sends arrives once, in order', async () => {
      const address = suite.someone()
      const lane = await createLane(suite.house, suite.knock, suite.said(address))
      const most = suite.it.channel.rules.limited ? Math.min(4, lane.allowed) : 4
      const words = Array.from({ length: most }, (_, n) => `第${n + 1}条`)
      await lane.add(words)
      await lane.settled()
      expect(suite.it.delivered(address).map((shown) => shown.text)).toEqual(words)
      expect(await lane.statuses()).toEqual(words.map(() => 'sent'))
    })

    test('quotas are spent, not overdrawn; what they hold back goes out when they are heard from again', async () => {
      const address = suite.someone()
      const lane = await createLane(suite.house, suite.knock, suite.said(address))
      const { limited } = suite.it.channel.rules
      const words = Array.from({ length: (limited ? lane.allowed : 6) + 2 }, (_, n) => `第${n + 1}条`)
      await lane.add(words)
      await lane.settled()
      if (!limited) {
        expect(suite.it.delivered(address).map((shown) => shown.text)).toEqual(words)
        return
      }
      expect(suite.it.delivered(address)).toHaveLength(lane.allowed)
      expect((await lane.statuses()).slice(-2)).toEqual(['refused window-closed', 'refused window-closed'])
      await suite.knock(suite.said(address, text('谢谢')))
      await until(() => suite.it.delivered(address).length === words.length, 'what was held back did not go out')
      expect(suite.it.delivered(address).map((shown) => shown.text)).toEqual(words)
    })

    test('what is too long goes out in parts, cut at the ends of sentences', async () => {
      const address = suite.someone()
      const lane = await createLane(suite.house, suite.knock, suite.said(address))
      const { mostBytes, limited } = suite.it.channel.rules
      const sentence = '路灯修好了，请您看看还有没有别的问题。'
      const long = sentence.repeat(Math.ceil((2.5 * mostBytes) / Buffer.byteLength(sentence)))
      await lane.add([long])
      await lane.settled()
      const parts = suite.it.delivered(address).map((shown) => shown.text)
      expect(parts.join('')).toBe(long)
      expect(parts.length).toBeGreaterThan(2)
      for (const part of parts) {
        expect(Buffer.byteLength(part)).toBeLessThanOrEqual(mostBytes)
        expect(part.endsWith('。')).toBe(true)
      }
      // Each part is a message to the platform, and counted as one.
      if (limited) expect(await lane.left()).toBe(lane.allowed - parts.length)
    })

    test.each(outbounds)('$type: shown as it is, or put into words', async (message) => {
      const address = suite.someone()
      await suite.knock(suite.said(address))
      const shape = fitted(message, suite.it.channel.rules)
      expect(shape.type).toBe(suite.it.channel.rules.sends.includes(message.type) ? message.type : 'text')
      if (shape.type === 'text' && shape.text === '') return
      const outcome = await suite.it.channel.send(address, shape, randomUUID())
      expect(outcome).toMatchObject({ status: 'sent' })
      const shown = suite.it.delivered(address)
      expect(shown).toHaveLength(1)
      if (message.type === 'picture') return
      const all = [shown[0]!.text, ...shown[0]!.choices].join('\n')
      expect(all).toContain(message.text)
      if ('choices' in message) for (const { says } of message.choices) expect(all).toContain(says)
    })

    test('each way it can go wrong comes to what it must', async () => {
      const address = suite.someone()
      await suite.knock(suite.said(address))
      const seen = new Set<string>()
      for (const { name: what, cause, outcome, code, address: to = address } of suite.it.mishaps) {
        cause()
        const came = await suite.it.channel.send(to, { type: 'text', text: `试一次：${what}` }, randomUUID())
        expect({ what, status: came.status }).toEqual({ what, status: outcome })
        if (code !== undefined) expect(came).toMatchObject({ code })
        if (came.status === 'retry') expect(came.afterMs).toBeGreaterThan(0)
        tellsNothing(suite, came, [address, to])
        seen.add(came.status)
      }
      const expected = ['sent', 'retry', 'refused', 'unknown'].filter(
        (status) => !Object.hasOwn(suite.it.impossible ?? {}, status),
      )
      expect([...seen].sort()).toEqual(expected.sort())
    })

    test('what was cut off after it was taken is unknown, and never sent again by itself', async () => {
      const mishap = suite.it.mishaps.find(({ outcome }) => outcome === 'unknown')
      if (!mishap) return expect(suite.it.impossible?.unknown).toBeTypeOf('string')
      const address = suite.someone()
      const lane = await createLane(suite.house, suite.knock, suite.said(address))
      mishap.cause()
      await lane.add(['第1条'])
      await lane.settled()
      await lane.add(['第2条'])
      await lane.settled()
      expect((await lane.statuses()).map((status) => status.split(' ')[0])).toEqual(['unknown', 'sent'])
      const arrived = suite.it.delivered(address).map((shown) => shown.text)
      expect(arrived.filter((each) => each === '第1条').length).toBeLessThanOrEqual(1)
      expect(arrived.at(-1)).toBe('第2条')
    })

    test.each(Object.keys(hostilities) as Hostility[])(
      '%s: no throw, in time, and nobody claims it was sent',
      async (how) => {
        if (!suite.it.remote) return expect(suite.it.impossible?.unknown).toBeTypeOf('string')
        const address = suite.someone()
        await suite.knock(suite.said(address))
        const between = await startHostile(suite.it.remote.url)
        try {
          const message: Outbound = { type: 'text', text: '敌意' }
          const timeoutMs = how === 'a stall' ? 6_000 : 5_000
          const began = performance.now()
          // Hostile to the first thing asked for, such as a token: nothing was sent, or nobody knows.
          between.turn(how)
          const atOnce = suite.it.remote.channelAt(between.url, how === 'a stall' ? 1_000 : timeoutMs)
          const first = await atOnce.send(address, message, randomUUID())
          expect(['retry', 'unknown']).toContain(first.status)
          tellsNothing(suite, first, [address])
          // Hostile to the message itself: nobody knows.
          between.turn('a 502', /^$/)
          const warm = suite.it.remote.channelAt(between.url, how === 'a stall' ? 1_000 : timeoutMs)
          expect(await warm.send(address, message, randomUUID())).toMatchObject({ status: 'sent' })
          between.turn(how, new RegExp(`^${between.passed.at(-1)!.replaceAll('/', '\\/')}$`))
          const second = await warm.send(address, message, randomUUID())
          expect(second).toMatchObject({ status: 'unknown' })
          tellsNothing(suite, second, [address])
          expect(performance.now() - began).toBeLessThan(20_000)
        } finally {
          await between.close()
        }
      },
    )

    test('a server that is not there: nothing was sent, so it may be tried again', async () => {
      if (!suite.it.remote) return expect(suite.it.impossible?.retry).toBeTypeOf('string')
      const gone = await startHostile(suite.it.remote.url)
      await gone.close()
      const outcome = await suite.it.remote
        .channelAt(gone.url, 5_000)
        .send(suite.someone(), { type: 'text', text: '在吗' }, randomUUID())
      expect(outcome).toMatchObject({ status: 'retry', code: 'ECONNREFUSED' })
    })

    test('an account of somebody on the rolls can be bound, unless accounts cost nothing: then codes could be guessed', async () => {
      const code = await createBindingCode(
        suite.house.ledger.pool,
        'bd-001',
        new Date(suite.house.clock().getTime() + 600_000),
      )
      const answer = await suite.knock(suite.said(suite.someone(), text(`绑定 ${code}`)))
      const binds = suite.it.channel.rules.freeAddresses !== true
      expect(suite.it.replied(answer)!.startsWith('绑定成功')).toBe(binds)
    })
  })
}

function tellsNothing(suite: Suite, outcome: SendOutcome, kept: string[]): void {
  const told = JSON.stringify(outcome)
  for (const each of [...kept, ...suite.it.secrets]) expect(told).not.toContain(each)
}
