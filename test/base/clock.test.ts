import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTime } from '#base'

test('a moment is written as toISOString writes it, also when it comes again', () => {
  fc.assert(
    fc.property(fc.array(fc.date({ noInvalidDate: true }), { minLength: 1, maxLength: 50 }), (moments) => {
      for (const moment of [...moments, ...moments]) expect(isoTime(moment)).toBe(moment.toISOString())
    }),
  )
})

test('what is no moment is refused, each time', () => {
  for (let time = 0; time < 2; time++) expect(() => isoTime(new Date('nonsense'))).toThrow(RangeError)
})
