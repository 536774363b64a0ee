import { expect, it } from 'vitest'
import { MashangError, isMashangError, messageOf } from '#base'

it('an error carries its code, status, fix and cause', () => {
  const cause = new Error('below')
  const error = new MashangError('it broke', { code: 'IT_BROKE', status: 413, fix: 'set PORT', cause })
  expect(error).toMatchObject({
    name: 'MashangError',
    message: 'it broke',
    code: 'IT_BROKE',
    status: 413,
    fix: 'set PORT',
    cause,
  })
  expect(error).toBeInstanceOf(Error)
  expect(new MashangError('x', { code: 'X' })).toMatchObject({ status: 500, fix: undefined })
  expect('cause' in new MashangError('x', { code: 'X' })).toBe(false)
})

it('is told apart by its code', () => {
  const error = new MashangError('x', { code: 'X' })
  expect(isMashangError(error)).toBe(true)
  expect(isMashangError(error, 'X')).toBe(true)
  expect(isMashangError(error, 'Y')).toBe(false)
  expect(isMashangError(new Error('x'))).toBe(false)
})

it('anything thrown has a message', () => {
  expect([messageOf(new Error('a')), messageOf('b'), messageOf(undefined), messageOf(null)]).toEqual([
    'a',
    'b',
    'undefined',
    'null',
  ])
})
