import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { caseNumber, findCaseNumbers, parseCaseNumber } from '#cases'

const serials = fc.integer({ min: 1000, max: 99_999_999 })
const digitsOf = (serial: number) => caseNumber(serial).replaceAll('-', '')
const fullWidth = (text: string) =>
  text.replace(/[\d-]/g, (each) => (each === '-' ? '－' : String.fromCharCode(each.charCodeAt(0) + 0xfee0)))

describe('a case number', () => {
  it('has groups of four and a check digit', () => {
    expect(caseNumber(1042)).toBe('1042-9')
    expect(caseNumber(31042)).toBe('3-1042-3')
    expect(caseNumber(12345678)).toMatch(/^1234-5678-\d$/)
  })

  it('is read back however it was typed', () => {
    fc.assert(
      fc.property(serials, (serial) => {
        const number = caseNumber(serial)
        const typed = [number, number.replaceAll('-', ''), number.replaceAll('-', ' '), number.replaceAll('-', '—')]
        for (const one of [...typed, fullWidth(number), ` ${number} `]) expect(parseCaseNumber(one)).toBe(number)
      }),
    )
  })

  it('is refused with any one digit wrong', () => {
    fc.assert(
      fc.property(serials, (serial) => {
        const digits = digitsOf(serial)
        for (let at = 0; at < digits.length; at++) {
          for (let wrong = 0; wrong <= 9; wrong++) {
            if (digits[at] === String(wrong)) continue
            expect(parseCaseNumber(digits.slice(0, at) + wrong + digits.slice(at + 1))).toBeNull()
          }
        }
      }),
    )
  })

  it('is refused with two neighbours swapped', () => {
    fc.assert(
      fc.property(serials, (serial) => {
        const digits = digitsOf(serial)
        for (let at = 0; at + 1 < digits.length; at++) {
          if (digits[at] === digits[at + 1]) continue
          const swapped = digits.slice(0, at) + digits[at + 1]! + digits[at]! + digits.slice(at + 2)
          expect(parseCaseNumber(swapped)).toBeNull()
        }
      }),
    )
  })

  it('is the only way to write itself: what is read can be read again', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\d -]{4,20}$/), (typed) => {
        const number = parseCaseNumber(typed)
        if (number !== null) expect(parseCaseNumber(number)).toBe(number)
      }),
      { numRuns: 5000 },
    )
  })

  it.each(['', '1042', '0000', '00000', '00000000', '1042-7', 'abc', '12345678901234567', '1042-9a'])(
    'is not %j',
    (typed) => {
      expect(parseCaseNumber(typed)).toBeNull()
    },
  )
})

describe('numbers in a text', () => {
  it('are found between words, once each', () => {
    expect(findCaseNumbers('编号1042-9和 1042 9 怎么样了')).toEqual(['1042-9'])
    expect(findCaseNumbers('１０４２－９号')).toEqual(['1042-9'])
    expect(findCaseNumbers('路灯坏了 2 周')).toEqual([])
    expect(findCaseNumbers('1042-7')).toEqual([])
  })

  it('are all found', () => {
    fc.assert(
      fc.property(fc.uniqueArray(serials, { minLength: 1, maxLength: 5 }), (all) => {
        const numbers = all.map(caseNumber)
        expect(findCaseNumbers(`编号 ${numbers.join('、编号 ')}。`)).toEqual(numbers)
      }),
    )
  })

  it('are not parts of longer runs of digits', () => {
    expect(findCaseNumbers('62040219800101123412345')).toEqual([])
  })
})
