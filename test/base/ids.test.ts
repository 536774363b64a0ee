import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { idAt, idTime, newId } from '#base'

const moments = fc.integer({ min: 0, max: 2 ** 48 - 1 })

it('an id is a UUID of version 7 that says its millisecond', () => {
  fc.assert(
    fc.property(moments, (now) => {
      const id = newId(now)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now)
    }),
  )
})

it('ids sort by time', () => {
  fc.assert(
    fc.property(moments, moments, (one, other) => {
      fc.pre(one !== other)
      expect(newId(one) < newId(other)).toBe(one < other)
    }),
  )
})

it('ids of one millisecond differ', () => {
  expect(new Set(Array.from({ length: 10_000 }, () => newId(1))).size).toBe(10_000)
})

it('an id tells the millisecond it was made in, and is not less than the least of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 2 }), (moment) => {
      const id = newId(moment)
      expect(idTime(id)).toBe(moment)
      expect(idAt(moment) <= id && id < idAt(moment + 1)).toBe(true)
    }),
  )
})
