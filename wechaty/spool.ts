import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { written } from './durable.ts'
import type { Seal } from './seal.ts'
import { nameOf } from './speaker.ts'

/** Things that wait their turn, each in a sealed file, so that they outlive us. Only their names are kept in memory. */
export interface Spool<T> {
  /** Resolves when it is on the disk. */
  put(value: T): Promise<void>
  /** The one that has waited longest; it stays until it is removed. Throws when it can't be read just now. */
  oldest(): Promise<{ name: string; value: T } | null>
  remove(name: string): Promise<void>
  /** Puts one aside that nobody takes, so that those behind it go on. */
  setAside(name: string): Promise<void>
  size(): number
  /** Resolves when something waits, or somebody calls `wake`. */
  filled(): Promise<void>
  /** Lets whoever waits look again, such as at whether to stop. */
  wake(): void
}

const ending = '.sealed'
const aside = 'aside'

/** Opens the folder, with whatever an earlier run left in it. `onUnreadable`: one was put aside, for it can't be opened. */
export async function openSpool<T>(folder: string, seal: Seal, onUnreadable: () => void): Promise<Spool<T>> {
  await mkdir(join(folder, aside), { recursive: true, mode: 0o700 })
  const names = await namesIn(folder)
  // Nor may a number be given twice that lies aside: who is put aside later would take its place.
  let last = Math.max(numberOf(names.at(-1)), numberOf((await namesIn(join(folder, aside))).at(-1)))
  let watchers: (() => void)[] = []
  // Numbers are given at once, files become ready in any order: one may be named only when those before it are.
  let turn: Promise<unknown> = Promise.resolve()

  async function write(name: string, value: T): Promise<void> {
    const draft = join(folder, `${name}.draft`)
    const file = await open(draft, written, 0o600)
    try {
      await file.writeFile(seal.close(Buffer.from(JSON.stringify(value))))
    } finally {
      await file.close()
    }
    await rename(draft, join(folder, name))
    names.push(name)
    wake()
  }

  function wake(): void {
    const waiting = watchers
    watchers = []
    for (const watcher of waiting) watcher()
  }

  function forget(name: string): void {
    const at = names.indexOf(name)
    if (at >= 0) names.splice(at, 1)
  }

  function unseal(sealed: Buffer): { value: T } | null {
    try {
      return { value: JSON.parse(String(seal.open(sealed))) as T }
    } catch {
      return null
    }
  }

  const spool: Spool<T> = {
    put(value) {
      last += 1
      const name = `${String(last).padStart(12, '0')}${ending}`
      const done = turn.then(() => write(name, value))
      turn = done.catch(() => {})
      return done
    },
    async oldest() {
      for (;;) {
        const name = names[0]
        if (name === undefined) return null
        const sealed = await bytesOf(join(folder, name))
        const opened = sealed && unseal(sealed)
        if (opened) return { name, value: opened.value }
        await spool.setAside(name)
        onUnreadable()
      }
    },
    async remove(name) {
      await rm(join(folder, name), { force: true })
      forget(name)
    },
    async setAside(name) {
      await rename(join(folder, name), join(folder, aside, name)).catch(() => {})
      forget(name)
    },
    wake,
    size: () => names.length,
    filled: () => (names.length > 0 ? Promise.resolve() : new Promise((resolve) => watchers.push(resolve))),
  }
  return spool
}

/** The lowest number first. */
async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(ending)).sort()
}

const numberOf = (name = '0'): number => Number.parseInt(name, 10)

/** Null: it is gone, or the disk won't give it back. Anything else passes, such as too many open files, and is thrown. */
async function bytesOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if (['ENOENT', 'EIO'].includes(nameOf(error))) return null
    throw error
  }
}
