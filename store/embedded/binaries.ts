import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { MashangError } from '#base'

export type Tool = 'initdb' | 'pg_ctl'

const elsewhere = 'Set DATABASE_URL to a Postgres of your own.'
const windows = process.platform === 'win32'

/**
 * Runs one of the Postgres programs npm carries, in `dataDir`.
 * Postgres refuses to run as root: there it gets a user namespace in which root's files belong to `nobody`,
 * so it needs no helper user and may enter what only root may enter. A folder that root has left to
 * someone else is served as that someone.
 * Errors: `EMBEDDED_POSTGRES_MISSING`, `EMBEDDED_POSTGRES_ROOT`, `EMBEDDED_POSTGRES_FAILED` (message: the tool's words).
 */
export async function runTool(tool: Tool, args: string[], dataDir: string): Promise<void> {
  const program = join(binaryFolder(), windows ? `${tool}.exe` : tool)
  const owner = statSync(dataDir)
  if (process.getuid?.() !== 0) return run(program, args, { cwd: dataDir })
  if (owner.uid !== 0) return run(program, args, { cwd: dataDir, uid: owner.uid, gid: owner.gid })
  const unshare = ['--user', '--map-user=65534', '--map-group=65534', '--', program]
  return run('unshare', [...unshare, ...args], { cwd: dataDir })
}

/** Where `initdb`, `pg_ctl` and `postgres` lie. */
function binaryFolder(): string {
  const name = `@embedded-postgres/${windows ? 'windows' : process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native', 'bin')
  } catch (cause) {
    throw new MashangError(`No Postgres for this system is installed (${name}).`, {
      code: 'EMBEDDED_POSTGRES_MISSING',
      fix: `Install again with optional packages, or: ${elsewhere}`,
      cause,
    })
  }
}

interface RunOptions {
  cwd: string
  uid?: number
  gid?: number
}

function run(program: string, args: string[], options: RunOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) return resolve()
      const words = stderr.trim() || stdout.trim() || error.message
      // `unshare: …` is its own complaint; a failing tool's words don't begin so.
      const unshareFailed = program === 'unshare' && (error.code === 'ENOENT' || words.startsWith('unshare:'))
      if (!unshareFailed) return reject(new MashangError(words, { code: 'EMBEDDED_POSTGRES_FAILED', cause: error }))
      reject(
        new MashangError(`Postgres can't run as root here: ${words}`, {
          code: 'EMBEDDED_POSTGRES_ROOT',
          fix: `Run as an ordinary user, or: ${elsewhere}`,
          cause: error,
        }),
      )
    })
  })
}
