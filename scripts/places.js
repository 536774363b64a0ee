import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the clone. */
export const root = realpathSync(join(dirname(fileURLToPath(import.meta.url)), '..'))

/** Where the user stands: npm moves scripts to the root and leaves the user's folder in INIT_CWD. */
export function standing() {
  const here = realpathSync(process.cwd())
  return here === root ? (process.env.INIT_CWD ?? here) : here
}
