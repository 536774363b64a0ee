import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TestProject } from 'vitest/node'

import { findEmbeddedPostgres, startEmbeddedPostgres } from '../../store/embedded/index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The data folder of this run's Postgres; `testDatabase` starts it at the first call. */
    postgresFolder: string
  }
}

/** One Postgres per run, and only for a run that asks for it; stopped and removed at the end. */
export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mashang-tests-'))
  project.provide('postgresFolder', folder)
  const remove = (): void => rmSync(folder, { recursive: true, force: true })

  // A run that is cut short has no teardown; SIGQUIT stops the server at once.
  const cutShort = (): void => {
    const server = findEmbeddedPostgres(folder)
    if (server) process.kill(server.pid, 'SIGQUIT')
    remove()
  }
  process.once('exit', cutShort)

  return async () => {
    if (findEmbeddedPostgres(folder)) {
      const server = await startEmbeddedPostgres({ dataDir: folder })
      await server.stop()
    }
    process.off('exit', cutShort)
    remove()
  }
}
