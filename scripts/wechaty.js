import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { npmCi } from './install.js'
import { withLock } from './lock.js'
import { root } from './places.js'

const folder = join(root, 'wechaty', 'library')

/**
 * Installs the wechaty library in its own folder, if it isn't: 350 packages that only a house with group chats needs,
 * so neither `npm ci` nor `npm start` brings them. `development`: with the mock puppet of the tests.
 */
export async function installWechaty({ development }) {
  if (isInstalled(development)) return
  const waiting = () => console.error('mashang: another start is installing the wechaty library; waiting for it …')
  await withLock(
    join(root, '.cache', 'wechaty.lock'),
    async () => {
      if (isInstalled(development)) return
      await npmCi(folder, [development ? '--include=dev' : '--omit=dev'])
      writeFileSync(stampFile, stamp(development))
    },
    waiting,
  )
}

const stampFile = join(folder, 'node_modules', '.mashang')

function stamp(development) {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  return `${lock} ${process.platform}-${process.arch} ${development ? 'development' : 'production'}`
}

function isInstalled(development) {
  try {
    const found = readFileSync(stampFile, 'utf8')
    return found === stamp(true) || (!development && found === stamp(false))
  } catch {
    return false
  }
}

// The tests run this file by itself.
if (process.argv[1] === fileURLToPath(import.meta.url)) await installWechaty({ development: true })
