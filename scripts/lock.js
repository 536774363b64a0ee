import { closeSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Runs `work` while no other process of this machine holds the lock file; a holder that died is passed over.
 * `onWait` is called once if there is someone to wait for.
 */
export async function withLock(file, work, onWait = () => {}) {
  mkdirSync(dirname(file), { recursive: true })
  let told = false
  while (!take(file)) {
    if (breakStale(file)) continue
    if (!told) onWait()
    told = true
    await pause(200)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file) {
  // Written aside and linked: a lock is never seen without its number.
  const draft = `${file}.${process.pid}`
  const handle = openSync(draft, 'w')
  writeSync(handle, String(process.pid))
  closeSync(handle)
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Moved first and looked at again, for another may have broken it and taken it meanwhile. */
function breakStale(file) {
  if (holderLives(file)) return false
  const aside = `${file}.stale-${process.pid}`
  try {
    renameSync(file, aside)
    if (holderLives(aside)) linkSync(aside, file)
  } catch {
    // Someone else was quicker.
  }
  rmSync(aside, { force: true })
  return true
}

function holderLives(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    // Our own number was another's before us: in a container numbers come again.
    return pid > 0 && pid !== process.pid && process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}
