import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { root } from './places.js'

/** From 24.18 on, Node reads TypeScript as we write it. */
const oldest = [24, 18]

/** The path of a Node new enough: this one, or the one that npm carried. Throws one line of what to install. */
export function findNode24() {
  if (isNewEnough(process.versions.node)) return process.execPath
  const windows = process.platform === 'win32'
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`
  const carried = join(root, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
  if (existsSync(carried)) return carried
  throw new Error(`this is Node ${process.versions.node}; install Node ${oldest.join('.')} or later and try again`)
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}
