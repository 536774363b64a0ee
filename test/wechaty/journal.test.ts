import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openJournal } from '../../wechaty/journal.ts'

it('a line that a full disk cut off takes no other with it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mashang-journal-'))
  try {
    const file = join(folder, 'said.jsonl')
    const journal = openJournal(file)
    const refused = { status: 'refused', code: 'X', reason: 'no', alarm: false } as const
    journal.begin('first')
    journal.end('first', refused)
    appendFileSync(file, '\n["cut off","beg')
    journal.begin('next')
    const again = openJournal(file)
    expect(['first', 'cut off', 'next'].map((key) => again.find(key))).toEqual([refused, null, 'begun'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
