import { describe, expect, test } from 'vitest'
import { addressOf, isOurPage, newSecret, secretOf, sessionCookie } from '#channels'

describe('the device’s secret', () => {
  const secret = newSecret()
  const pair = (secure: boolean) => sessionCookie(secret, secure).split(';')[0]!

  test('is 32 bytes, another each time, and its address does not tell it', () => {
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect(newSecret()).not.toBe(secret)
    expect(addressOf(secret)).toMatch(/^[\w-]{43}$/)
    expect(addressOf(secret)).not.toContain(secret)
    expect(addressOf(secret)).toBe(addressOf(secret))
  })

  test('comes back by its cookie, among others', () => {
    for (const secure of [false, true]) {
      expect(secretOf({ cookie: `a=b; ${pair(secure)}; c=d=e` }, secure)).toBe(secret)
      expect(secretOf({ cookie: `x${pair(secure)}` }, secure)).toBeNull()
    }
  })

  test('the cookie is out of reach of scripts, of other sites, and under TLS of plain HTTP and sister hosts', () => {
    expect(sessionCookie(secret, false)).toBe(`mashang=${secret}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax`)
    expect(sessionCookie(secret, true)).toMatch(/^__Host-mashang=.*; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/)
    expect(sessionCookie(secret, true)).not.toContain('Domain')
    // What plain HTTP or a sister host could have set counts for nothing.
    expect(secretOf({ cookie: pair(false) }, true)).toBeNull()
    expect(sessionCookie(null, true)).toContain('Max-Age=0')
  })

  test('a bearer token goes before the cookie, also a bad one', () => {
    const other = newSecret()
    expect(secretOf({ authorization: `Bearer ${other}`, cookie: pair(false) }, false)).toBe(other)
    expect(secretOf({ authorization: 'Bearer x', cookie: pair(false) }, false)).toBeNull()
    expect(secretOf({ authorization: 'Basic abc', cookie: pair(false) }, false)).toBeNull()
  })

  test.each(['', 'short', 'a'.repeat(44), `${'a'.repeat(42)}!`, `${'a'.repeat(42)}\n`])('%j is none', (bad) => {
    expect(secretOf({ cookie: `mashang=${bad}` }, false)).toBeNull()
    expect(secretOf({ authorization: `Bearer ${bad}` }, false)).toBeNull()
    expect(secretOf({}, false)).toBeNull()
  })

  test('only our page sends the header that others may not', () => {
    const json = { 'content-type': 'application/json; charset=utf-8' }
    expect(isOurPage({ 'x-mashang': '1', ...json }, true)).toBe(true)
    expect(isOurPage({ 'x-mashang': '1' }, true)).toBe(false)
    expect(isOurPage({ 'x-mashang': '1', 'content-type': 'text/plain' }, true)).toBe(false)
    expect(isOurPage({ 'x-mashang': '1' }, false)).toBe(true)
    expect(isOurPage({ 'x-mashang': '0', ...json }, true)).toBe(false)
    expect(isOurPage(json, true)).toBe(false)
  })
})
