import { createHash } from 'node:crypto'
import { MashangError } from '#base'
import type { Content } from '../message.ts'

/** The page allows 2,000; this is what no person types. In UTF-16 units. */
const longestText = 10_000
/** What a queue on a phone may have waited. */
const longestWaitMs = 7 * 86_400_000

/** One message as the page sends it. */
export interface PageMessage {
  /** Made by the page, a UUID: the same however often it is sent. */
  id: string
  content: Content
  /** When it was written, as far as the page's word can be taken. */
  saidAt: Date
}

/** Reads what the page posts: `{ id, text | scene, age? }`, `age` in ms since it was written. Throws WEB_BODY, WEB_TOO_LONG. */
export function readBody(body: string, now: Date): PageMessage {
  const { id, text, scene, age } = parse(body)
  if (typeof id !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw unreadable('id')
  const waited = typeof age === 'number' && age > 0 ? Math.min(age, longestWaitMs) : 0
  return { id, content: contentOf(text, scene), saidAt: new Date(now.getTime() - Math.round(waited)) }
}

/**
 * Two devices' ids never meet in the ledger: who learnt another's could else ask for the answer it got. The id stays
 * legible, for the page knows its own words by it.
 */
export function dedupeKeyOf(id: string, address: string): string {
  return `${id}.${createHash('sha256').update(`${address} ${id}`).digest('base64url').slice(0, 16)}`
}

/** The page's id in such a key. */
export function idOf(dedupeKey: string): string {
  return dedupeKey.slice(0, 36)
}

function contentOf(text: unknown, scene: unknown): Content {
  if (typeof scene === 'string' && text === undefined) {
    if (!isScene(scene)) throw unreadable('scene')
    return { type: 'scan', scene }
  }
  if (typeof text !== 'string' || scene !== undefined) throw unreadable('text')
  if (text.length > longestText) {
    throw new MashangError(`The text is over ${longestText} characters`, { code: 'WEB_TOO_LONG', status: 413 })
  }
  // What Postgres can't hold, or a terminal would obey, is no part of what a person wrote.
  const clean = text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim()
  if (clean === '') throw unreadable('text')
  return { type: 'text', text: clean }
}

/** Of the kind a link or a QR code brings: `d-<deputy>`, `s-<station>`. */
export function isScene(scene: string): boolean {
  return /^[ds]-[\w-]{1,62}$/.test(scene)
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Said below, without the words: they are somebody's.
  }
  throw unreadable('body')
}

function unreadable(what: string): MashangError {
  return new MashangError(`The page's ${what} can't be read`, { code: 'WEB_BODY', status: 400 })
}
