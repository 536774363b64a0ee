import { hash } from 'node:crypto'

/** SHA-256 as lower-case hex. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}

/** SHA-1 as lower-case hex; only where a platform's protocol asks for it. */
export function sha1(text: string): string {
  return hash('sha1', text, 'hex')
}

/**
 * A salted commitment to words: it can stand in a hash chain for ever, and says nothing once text and salt are erased.
 */
export function commit(salt: string, words: string): string {
  return sha256(`${salt}\n${words}`)
}

/** What stands in JSON as it is: no quote, backslash, control character or half of a surrogate pair. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** JSON with sorted keys, so that the same value always hashes the same. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return plain.test(value) ? `"${value}"` : JSON.stringify(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (value instanceof Date) return JSON.stringify(value)
  if (Array.isArray(value)) {
    let items = ''
    for (let at = 0; at < value.length; at++) items += (at === 0 ? '' : ',') + canonicalJson(value[at])
    return `[${items}]`
  }
  const record = value as Record<string, unknown>
  let members = ''
  for (const key of sortedKeys(record)) {
    const member = record[key]
    if (member === undefined) continue
    members += `${members === '' ? '' : ','}${canonicalJson(key)}:${canonicalJson(member)}`
  }
  return `{${members}}`
}

/** By UTF-16 units, as `sort` does it; by hand, for a handful of names that are mostly in order. */
function sortedKeys(record: object): string[] {
  const keys = Object.keys(record)
  if (keys.length > 20) return keys.sort()
  for (let at = 1; at < keys.length; at++) {
    const key = keys[at]!
    let to = at
    for (; to > 0 && keys[to - 1]! > key; to--) keys[to] = keys[to - 1]!
    keys[to] = key
  }
  return keys
}
