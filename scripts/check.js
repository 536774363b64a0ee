import { test } from './test.js'
import { runTool } from './tools.js'

/** The one gate, in order; it stops at the first that fails. Directions (dependency-cruiser) are a test of their own. */
const steps = [
  { name: 'format', tool: ['oxfmt', '--check', '.'] },
  { name: 'lint', tool: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'types', tool: ['tsc', '-p', '.'] },
  { name: 'dead code', tool: ['knip', '--no-progress', '--treat-config-hints-as-errors'] },
]

/** Runs every step, then the tests; the exit code of the first that fails. */
export async function check(node) {
  for (const { name, tool } of steps) {
    console.log(`— ${name}: ${tool.join(' ')}`)
    const code = await runTool(node, tool)
    if (code !== 0) {
      console.error(`mashang: check failed at ${name}`)
      return code
    }
  }
  console.log('— tests')
  return test(node, [])
}
