/** Loaded before a process of the house (`node --import`): puts the bug that MASHANG_DRILL_BUG names into its sources. */
import { registerHooks } from 'node:module'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bugVariable, bugs, infect } from './bugs.ts'

const root = join(import.meta.dirname, '..', '..')
const bug = bugs.find(({ name }) => name === process.env[bugVariable])
if (!bug) throw new Error(`${bugVariable} names no bug`)

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.startsWith('file:') || !loaded.source) return loaded
    const file = relative(root, fileURLToPath(url)).split(sep).join('/')
    const source = infect(bug, file, Buffer.from(loaded.source as Uint8Array).toString())
    return source === null ? loaded : { ...loaded, source }
  },
})
