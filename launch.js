#!/usr/bin/env node
/**
 * The one door: `npm start`, `npm test`, `npm run check` and `npx mashang …` come through here.
 * Plain JavaScript for Node 20 and later; it installs what is missing and goes on under Node 24, which reads TypeScript.
 *
 *   start | chat | … ARGS    cli.ts
 *   test [FILTER …]          the tests; the last line is `N passed, N failed`
 *   check                    format, lint, types, … and the tests
 *   drill NAME ARGS          a program of drills/ that tries the house hard: faults, fuzz, platforms
 *   run TOOL ARGS            a tool from node_modules, under Node 24
 */
import { join } from 'node:path'

import { check } from './scripts/check.js'
import { drill } from './scripts/drill.js'
import { install } from './scripts/install.js'
import { findNode24 } from './scripts/node24.js'
import { root, standing } from './scripts/places.js'
import { provideRedis } from './scripts/redis.js'
import { run } from './scripts/run.js'
import { test } from './scripts/test.js'
import { runTool } from './scripts/tools.js'
import { installWechaty } from './scripts/wechaty.js'

const [command = '--help', ...args] = process.argv.slice(2)

/** Commands for those who change the code; they need the development packages too. */
const developers = {
  test: (node) => test(node, args),
  check: (node) => check(node),
  drill: (node) => drill(node, args),
  run: (node) => runTool(node, args),
}

try {
  const develops = Object.hasOwn(developers, command)
  // Its peers are development packages, and one of its loops needs a Redis.
  const measures = command === 'bench'
  await install({ development: develops || measures })
  if (command === 'start' && args.includes('wechaty')) await installWechaty({ development: false })
  const node = findNode24()
  process.exitCode = await (develops
    ? developers[command](node)
    : run(node, [join(root, 'cli.ts'), command, ...args], {
        cwd: standing(),
        heap: command === 'start',
        env: measures ? { MASHANG_TEST_REDIS: provideRedis() } : {},
      }))
} catch (error) {
  console.error(`mashang: ${error.message}`)
  process.exitCode = 1
}
