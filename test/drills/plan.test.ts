import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bugs, infect, plantIn } from '../../drills/bugs/bugs.ts'
import { faultKinds } from '../../drills/faults/fault.ts'
import { planRun } from '../../drills/faults/plan.ts'
import type { Plan, PlanOptions } from '../../drills/faults/plan.ts'

const root = join(import.meta.dirname, '..', '..')

const options: fc.Arbitrary<PlanOptions> = fc.record({
  seed: fc.string({ maxLength: 12 }),
  backend: fc.constantFrom('postgres', 'redis'),
  messages: fc.integer({ min: 1, max: 400 }),
  talkMs: fc.integer({ min: 1_000, max: 120_000 }),
  outageMs: fc.integer({ min: 500, max: 20_000 }),
  scenes: fc.constant(['s-st-01', 's-st-02']),
  bots: fc.constantFrom(1, 2),
  workers: fc.constantFrom(1, 2),
})

function messagesOf({ residents, deputyMessages }: Plan): number {
  return residents.reduce((sum, { says }) => sum + says.length, deputyMessages)
}

test('the same seed makes the same plan', () => {
  fc.assert(
    fc.property(options, (given) => {
      expect(planRun(given)).toEqual(planRun(given))
    }),
  )
})

test('different seeds make different plans', () => {
  const given = {
    backend: 'redis',
    messages: 200,
    talkMs: 60_000,
    outageMs: 20_000,
    scenes: ['s'],
    bots: 1,
    workers: 1,
  } as const
  const plans = Array.from({ length: 20 }, (_, index) =>
    JSON.stringify(planRun({ ...given, seed: `s${index}` }).faults),
  )
  expect(new Set(plans).size).toBe(20)
})

test('a plan has the messages it was asked for, each text one of a kind, and faults in order', () => {
  fc.assert(
    fc.property(options, (given) => {
      const plan = planRun(given)
      expect(messagesOf(plan)).toBe(given.messages)
      const marked = plan.residents
        .flatMap(({ says }) => says)
        .filter((say) => say.do === 'matter' || say.do === 'more')
      expect(new Set(marked.map(({ text }) => text)).size).toBe(marked.length)
      expect(plan.faults.length).toBeGreaterThan(0)
      for (const { at, forMs } of plan.faults) {
        expect(at).toBeLessThanOrEqual(given.talkMs)
        expect(forMs).toBeLessThanOrEqual(Math.max(given.outageMs, 6_000))
      }
      expect(plan.faults.map(({ at }) => at)).toEqual(plan.faults.map(({ at }) => at).sort((a, b) => a - b))
      if (given.backend === 'postgres') expect(plan.faults.filter(({ kind }) => kind.includes('redis'))).toEqual([])
    }),
  )
})

test('over some seeds every kind of fault comes up', () => {
  const given = {
    backend: 'redis',
    messages: 200,
    talkMs: 60_000,
    outageMs: 20_000,
    scenes: ['s'],
    bots: 1,
    workers: 1,
  } as const
  const seen = new Set(
    Array.from({ length: 50 }, (_, index) =>
      planRun({ ...given, seed: `${index}` }).faults.map(({ kind }) => kind),
    ).flat(),
  )
  expect([...seen].sort()).toEqual([...faultKinds()].sort())
})

test.each(bugs)('$name: what it changes stands in our sources, once', (bug) => {
  for (const file of new Set(bug.edits.map((edit) => edit.file))) {
    const source = readFileSync(join(root, file), 'utf8')
    expect(infect(bug, file, source)).not.toBe(source)
  }
  expect(bug.edits.length).toBeGreaterThan(0)
})

test('no bug is planted unless one is named, and only one that is known', () => {
  expect(plantIn(null)).toEqual({ preload: [], env: {} })
  expect(() => plantIn('none-such')).toThrow('no bug is called none-such')
})
