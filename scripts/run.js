import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

import { root, standing } from './places.js'

const windows = process.platform === 'win32'
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** One Ctrl-C reaches us from the terminal and again through npm: the same signal within this time is the same wish. */
const sameWishMs = 1000

/**
 * Runs a script under `node` to its end; its exit code (128 + number for a signal).
 * The child has a session of its own, so that each signal reaches it once, by us; should we be killed outright,
 * `with-launcher.js` in the child notices.
 */
export function run(node, args, { cwd = root, env = {}, heap = false } = {}) {
  const child = spawn(node, [...flags(heap), ...args], {
    cwd,
    env: { ...environment(node), ...env, MASHANG_LAUNCHER: '3' },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    detached: !windows,
  })
  const release = forwardSignals(child)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)))
  }).finally(release)
}

/**
 * Left to itself V8 lets a heap of 40 MB grow to 300 under load before it tidies up: twice the memory for no speed. Who
 * serves a province sets NODE_OPTIONS=--max-old-space-size themselves.
 */
const heapFlags = ['--max-old-space-size=256', '--max-semi-space-size=32']

function flags(heap) {
  const own = /max-old-space-size/.test(process.env.NODE_OPTIONS ?? '')
  return [
    '--disable-warning=ExperimentalWarning',
    ...(heap && !own ? heapFlags : []),
    '--import',
    new URL('with-launcher.js', import.meta.url).href,
  ]
}

/** Where Node keeps what it compiled: types are stripped and code is parsed once, not at every start. */
const compiled = join(root, '.cache', 'compiled')

/** Node 24 first on PATH, so that what the child starts by name is it too. */
function environment(node) {
  const path = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  return {
    NODE_COMPILE_CACHE: compiled,
    ...process.env,
    [path]: [dirname(node), join(root, 'node_modules', '.bin'), process.env[path] ?? ''].join(delimiter),
    INIT_CWD: standing(),
  }
}

function forwardSignals(child) {
  const last = new Map()
  const forward = (signal) => {
    const now = performance.now()
    // On Windows the console has told the child already.
    if (windows || now - (last.get(signal) ?? -Infinity) < sameWishMs) return
    last.set(signal, now)
    child.kill(signal)
  }
  for (const signal of signals) process.on(signal, forward)
  return () => {
    for (const signal of signals) process.off(signal, forward)
  }
}
