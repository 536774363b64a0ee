import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Why the account is off, and since when. */
export interface Stopped {
  /** ISO 8601. */
  since: string
  /** `operator`: by hand. `failures`: sends failed again and again. `logged-out`: the platform threw us out. */
  why: 'operator' | 'failures' | 'logged-out'
}

const file = (folder: string) => join(folder, 'stopped.json')

/** Null: the account may be on. A file that can't be read counts as off. */
export function readSwitch(folder: string): Stopped | null {
  let text: string
  try {
    text = readFileSync(file(folder), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    return JSON.parse(text) as Stopped
  } catch {
    return { since: '', why: 'operator' }
  }
}

/** Switches the account off: the gateway sees it within seconds, and stays off over every restart. */
export function switchOff(folder: string, stopped: Stopped): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeWhole(file(folder), stopped)
}

export function switchOn(folder: string): void {
  rmSync(file(folder), { force: true })
}

/** What the gateway says of itself, for `mashang wechaty status`. */
export interface Status {
  pid: number
  /** ISO 8601: written anew every few seconds. */
  at: string
  state: 'starting' | 'scan' | 'on' | 'off'
  stopped: Stopped | null
  /** Where the account's owner logs in; only while that is asked for. */
  scan: string | null
  /** Heard and not yet taken in by the house; answers not yet said; what the house would not take. */
  waiting: number
  unsaid: number
  said: number
  failed: number
}

const statusFile = (folder: string) => join(folder, 'status.json')

export function writeStatus(folder: string, status: Status): void {
  writeWhole(statusFile(folder), status)
}

/** The other process reads at any moment: it must find the old text or the new one, never the half of one. */
function writeWhole(path: string, value: object): void {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, JSON.stringify(value), { mode: 0o600 })
  renameSync(draft, path)
}

/** Null when no gateway ever ran here. */
export function readStatus(folder: string): Status | null {
  try {
    return JSON.parse(readFileSync(statusFile(folder), 'utf8')) as Status
  } catch {
    return null
  }
}
