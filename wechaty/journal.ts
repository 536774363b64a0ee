import { closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import type { SendOutcome } from '#channels'
import { appended, written } from './durable.ts'

/** What was said, by key, so that nothing is said twice: not after a crash and not when somebody asks again. */
export interface Journal {
  /** Null: never begun. `begun`: begun, and its end was never written down. */
  find(key: string): SendOutcome | 'begun' | null
  /** On the disk when it returns; when it throws, it never began. */
  begin(key: string): void
  /** Known from now on, even when it throws because it could not be written. */
  end(key: string, outcome: SendOutcome): void
}

const mostRemembered = 20_000

/** Keys and outcomes only: no words, no addresses. */
export function openJournal(file: string): Journal {
  const known = new Map<string, SendOutcome | 'begun'>()
  let lines = 0

  const remember = (key: string, what: SendOutcome | 'begun') => {
    known.delete(key)
    known.set(key, what)
    for (const old of known.keys()) {
      if (known.size <= mostRemembered) break
      known.delete(old)
    }
  }
  // The line break comes first: behind one that a full disk cut off, this is still a line of its own.
  const lineOf = (key: string, what: SendOutcome | 'begun') => `\n${JSON.stringify([key, what])}`
  const write = (key: string, what: SendOutcome | 'begun') => {
    // A crash of the machine right after the call must not make us say it again.
    put(file, appended, lineOf(key, what))
    lines += 1
  }
  const tidy = () => {
    put(`${file}.draft`, written, [...known].map(([key, what]) => lineOf(key, what)).join(''))
    renameSync(`${file}.draft`, file)
    lines = known.size
  }
  const tidyWhenLong = () => {
    if (lines <= 4 * mostRemembered) return
    try {
      tidy()
    } catch {
      // What matters is written; the next line tries again.
    }
  }

  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
    try {
      const [key, what] = JSON.parse(line) as [string, SendOutcome | 'begun']
      remember(key, what)
    } catch {
      // The last line of a run that was cut off.
    }
  }
  tidy()
  return {
    find: (key) => known.get(key) ?? null,
    begin(key) {
      write(key, 'begun')
      remember(key, 'begun')
      tidyWhenLong()
    },
    end(key, outcome) {
      remember(key, outcome)
      write(key, outcome)
      tidyWhenLong()
    },
  }
}

function put(file: string, flags: number, text: string): void {
  const descriptor = openSync(file, flags, 0o600)
  try {
    // A disk that fills up takes a part and says so only in the number.
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
  } finally {
    closeSync(descriptor)
  }
}
