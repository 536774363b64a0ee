import { randomBytes } from 'node:crypto'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '#base'
import type { OfficialAccountSettings } from '#config'
import type { Simulator } from '#simulators'

/** A simulated platform with an account of its own, for when no real one is configured. */
export interface DemoAccount {
  simulator: Simulator
  settings: OfficialAccountSettings
}

/** Starts it in safe mode with keys made for this start. */
export async function startDemoAccount(clock: Clock): Promise<DemoAccount> {
  const { startOfficialAccountSimulator } = await import('#simulators')
  // The same for ever: what the ledger keeps of the account stays of use.
  const appId = 'wx00000000000de300'
  const appSecret = randomBytes(16).toString('hex')
  const token = randomBytes(12).toString('hex')
  const aesKey = randomBytes(32).toString('base64').replaceAll('+', 'a').replaceAll('/', 'b').slice(0, 42) + 'A'
  const simulator = await startOfficialAccountSimulator({ appId, appSecret, token, aesKey, mode: 'safe', clock })
  return {
    simulator,
    settings: {
      appId,
      appSecret,
      token,
      aesKey,
      previousAesKey: null,
      apiUrl: simulator.url,
      mpUrl: simulator.url,
      openUrl: simulator.url,
      mediaHosts: [],
    },
  }
}

const note = (dataDir: string) => join(dataDir, 'simulator.json')

/** Lets `chat`, `replay` and `account` beside a running start find its simulator. */
export async function noteSimulator(dataDir: string, { simulator: { url }, settings }: DemoAccount): Promise<void> {
  await writeFile(note(dataDir), JSON.stringify({ url, settings, pid: process.pid }), { mode: 0o600 })
  await chmod(note(dataDir), 0o600)
}

export async function forgetSimulator(dataDir: string): Promise<void> {
  await rm(note(dataDir), { force: true })
}

/** The simulator of a running start on this data folder; null when there is none that answers. */
export async function findSimulator(dataDir: string): Promise<string | null> {
  try {
    return (await findDemo(dataDir)).url
  } catch {
    return null
  }
}

/** The account of a running start's simulator; null when there is none that answers. */
export async function findDemoAccount(dataDir: string): Promise<OfficialAccountSettings | null> {
  try {
    return (await findDemo(dataDir)).settings
  } catch {
    return null
  }
}

async function findDemo(dataDir: string): Promise<{ url: string; settings: OfficialAccountSettings }> {
  const noted = JSON.parse(await readFile(note(dataDir), 'utf8')) as { url: string; settings: OfficialAccountSettings }
  await fetch(noted.url, { signal: AbortSignal.timeout(2_000) })
  return noted
}
