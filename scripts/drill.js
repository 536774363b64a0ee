import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { root } from './places.js'
import { provideRedis } from './redis.js'
import { run } from './run.js'

/** Runs a program of drills/ under `node`; its exit code. */
export function drill(node, [name, ...args]) {
  const program = join(root, 'drills', `${name}.ts`)
  if (!name || !/^\w+$/.test(name) || !existsSync(program))
    throw new Error('drill what? faults, fuzz, groups or platforms')
  return run(node, [program, ...args], { env: { MASHANG_TEST_REDIS: provideRedis() } })
}
