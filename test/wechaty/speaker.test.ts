import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openJournal } from '../../wechaty/journal.ts'
import type { Library } from '../../wechaty/library.ts'
import { createSpeaker } from '../../wechaty/speaker.ts'
import type { Speaker } from '../../wechaty/speaker.ts'
import { blocked } from './stage.ts'

const message = { type: 'text', text: '有进展' } as const

let folder: string
let journal: string
let said: string[]
let find: () => Promise<unknown>
let onSay: () => void
let speaker: Speaker

const open = () =>
  createSpeaker({
    library: { wechaty: { Contact: { find: () => find() }, Room: { find: () => find() } } } as unknown as Library,
    journal: openJournal(journal),
    pace: { book: () => 0 },
    log: pino({ level: 'silent' }),
    silent: () => null,
    onTrouble: () => {},
    timeoutMs: 100,
  })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mashang-speaker-'))
  journal = join(folder, 'said.jsonl')
  said = []
  onSay = () => {}
  const listener = {
    friend: () => true,
    async say(text: string) {
      said.push(text)
      onSay()
    },
  }
  find = async () => listener
  speaker = open()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const say = (kind: 'contact' | 'room' = 'contact') => speaker.say('k', { kind, id: 'alice', answering: false }, message)

it.each(['contact', 'room'] as const)('a %s that the library never finds is looked up again later', async (kind) => {
  const found = find
  find = () => new Promise(() => {})
  expect(await say(kind)).toMatchObject({ status: 'retry', code: 'TIMEOUT' })
  find = found
  expect(await say(kind)).toMatchObject({ status: 'sent' })
  expect(said).toHaveLength(1)
})

it('what can’t be written down is not said, and may be said later', async () => {
  const free = blocked(journal)
  expect(await say()).toMatchObject({ status: 'retry', code: 'EISDIR' })
  expect(said).toEqual([])
  free()
  expect(await say()).toMatchObject({ status: 'sent' })
  expect(said).toHaveLength(1)
})

it('what was said and then could not be written down counts as said, and is never said again', async () => {
  let free = () => {}
  onSay = () => (free = blocked(journal))
  expect(await say()).toMatchObject({ status: 'sent' })
  expect(await say()).toMatchObject({ status: 'sent' })
  free()
  // Another process knows only that it began.
  speaker = open()
  expect(await say()).toMatchObject({ status: 'unknown', code: 'INTERRUPTED' })
  expect(said).toHaveLength(1)
})
