import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

const root = join(import.meta.dirname, '..', '..')
const names = ['chromium', 'chromium-browser', 'chromium-headless-shell', 'google-chrome', 'google-chrome-stable']

/** No graphics, no updates, no calls home. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser of its own. Throws, saying what to install, where there is none. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = program()
  if (executablePath === null) {
    throw new Error(
      'no Chromium for the web chat’s tests: install chromium, or set MASHANG_TEST_BROWSER to the path of one; ' +
        '`npm test` fetches Debian’s by itself where there is apt-get and a network',
    )
  }
  return chromium.launch({ executablePath, args: flags, env: { ...process.env, LANG: 'zh_CN.UTF-8' } })
}

/** What the launcher found or fetched, else the same on our own: for tests run without it. */
function program(): string | null {
  const chosen = process.env['MASHANG_TEST_BROWSER']
  if (chosen) return chosen
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  const cached = join(root, '.cache', 'chromium', 'chromium')
  return [...places, cached].find((path) => existsSync(path) && starts(path)) ?? null
}

function starts(path: string): boolean {
  return spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0
}
