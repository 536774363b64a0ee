import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { root } from './places.js'
import { run } from './run.js'

/** Runs a tool of node_modules under `node`; its exit code. */
export function runTool(node, [name, ...args], options) {
  if (!name) throw new Error('run what? node launch.js run TOOL …')
  return run(node, [toolScript(name), ...args], options)
}

/** The JavaScript behind a name of node_modules/.bin, which on Windows holds shell scripts instead of links. */
function toolScript(name) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  for (const [path, { bin }] of Object.entries(packages)) {
    // Only packages at the top have their programs in .bin.
    if (path.lastIndexOf('node_modules/') === 0 && bin?.[name]) return join(root, path, bin[name])
  }
  throw new Error(`no package here has a tool called ${name}`)
}
