import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, commit, sha1, sha256 } from '#base'

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffled(member)]),
  )
}
/** `__proto__` as a key is a name of its own in JSON, but not in an object literal. */
const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'))

describe('canonical JSON', () => {
  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('does not depend on the order of keys', () => {
    fc.assert(fc.property(json, (value) => canonicalJson(shuffled(value)) === canonicalJson(value)))
  })

  it('tells different values apart', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        const same = canonicalJson(one) === canonicalJson(other)
        expect(same).toBe(JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)))
      }),
    )
  })

  it('leaves out what is undefined, and writes dates as JSON does', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}')
    expect(canonicalJson({ at: new Date('2026-11-23T00:00:00Z') })).toBe('{"at":"2026-11-23T00:00:00.000Z"}')
    expect(canonicalJson([undefined])).toBe('[null]')
  })
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => [`key ${key}`, sorted(member)])
    .concat([['object', true]])
}

describe('hashes', () => {
  it('are those of the standards', () => {
    // FIPS 180-4, "abc"
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(sha1('abc')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d')
  })

  it('a commitment binds both salt and words', () => {
    expect(commit('salt', '路灯')).toBe(sha256('salt\n路灯'))
    expect(commit('salt', '路灯')).not.toBe(commit('other', '路灯'))
    expect(commit('salt', '路灯')).not.toBe(commit('salt', '路登'))
  })
})
