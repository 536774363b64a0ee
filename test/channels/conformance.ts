import { describe, expect, test } from 'vitest'
import { receiving } from './conformance/receiving.ts'
import { contents } from './conformance/samples.ts'
import { sending } from './conformance/sending.ts'
import { suiteOf } from './conformance/suite.ts'
import type { Adapter } from './conformance/under-test.ts'

export type { Adapter, Mishap, Said, Shown } from './conformance/under-test.ts'

/** What every channel must do, whatever its platform; docs/adding-a-channel.md explains it. */
export function conformance(name: string, adapter: Adapter): void {
  describe(`the channel ${name}`, () => {
    const suite = suiteOf(adapter)

    test('says what it is', () => {
      const { rules, name: own, door } = suite.it.channel
      expect(own).toBe(name)
      expect(rules.name).toBe(name)
      expect(rules.sends).toContain('text')
      expect(rules.receives).toContain('text')
      expect(rules.mostBytes).toBeGreaterThanOrEqual(64)
      expect(rules.perSecond).toBeGreaterThanOrEqual(1)
      if (rules.limited) expect(contents.some((content) => rules.opensWindow(content) !== null)).toBe(true)
      expect(door?.patienceMs ?? 0).toBeLessThanOrEqual(4_000)
    })
    receiving(suite)
    sending(suite)
    test('the log holds no address, no secret and no words', () => {
      expect(suite.log.length).toBeGreaterThan(0)
      const kept = [...suite.addresses, ...suite.it.secrets, '路灯', '井盖', '第1条']
      for (const each of kept) expect(suite.log).not.toContain(each)
    })
  })
}
