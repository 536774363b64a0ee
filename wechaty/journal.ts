import { closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import type { SendOutcome } from '#channels'
import { appended, written } from './durable.ts'

/** What was said, by key, so that nothing is said twice: not after a crash and not when somebody asks again. */
export interface Journal {
  /** Null: never begun. `begun`: begun, and its end was never written down. */
  find(key: string): SendOutcome | 'begun' | null
  /** On the disk when it returns. */
  begin(key: string): void
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
  const lineOf = (key: string, what: SendOutcome | 'begun') => `${JSON.stringify([key, what])}\n`
  const write = (key: string, what: SendOutcome | 'begun') => {
    remember(key, what)
    // A crash of the machine right after the call must not make us say it again.
    put(file, appended, lineOf(key, what))
    lines += 1
    if (lines > 4 * mostRemembered) tidy()
  }
  const tidy = () => {
    put(`${file}.draft`, written, [...known].map(([key, what]) => lineOf(key, what)).join(''))
    renameSync(`${file}.draft`, file)
    lines = known.size
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
    begin: (key) => write(key, 'begun'),
    end: (key, outcome) => write(key, outcome),
  }
}

function put(file: string, flags: number, text: string): void {
  const descriptor = openSync(file, flags, 0o600)
  try {
    writeSync(descriptor, text)
  } finally {
    closeSync(descriptor)
  }
}
