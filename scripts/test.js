import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { provideChromium } from './chromium.js'
import { provideRedis } from './redis.js'
import { runTool } from './tools.js'

/** Runs the tests whose path holds one of the filters, or all. The last line of stdout is `N passed, N failed`. */
export async function test(node, args) {
  const redis = provideRedis()
  // Large to fetch, so only for a run that may need it.
  const browser =
    (args.length === 0 || args.some((filter) => filter.includes('web-chat')) ? provideChromium() : null) ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'mashang-report-'))
  try {
    const report = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const env = { MASHANG_TEST_REDIS: redis, ...(browser && { MASHANG_TEST_BROWSER: browser }) }
    const code = await runTool(node, ['vitest', 'run', ...reporters, ...args], { env })
    const { passed, failed } = count(report, code)
    console.log(`Redis of these tests: ${redis}`)
    if (browser) console.log(`Browser of these tests: ${browser}`)
    console.log(`${passed} passed, ${failed} failed`)
    return failed === 0 && passed > 0 ? 0 : code || 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A file that can't be loaded and an error outside any test count as one failed each; no report as none passed. */
function count(report, code) {
  const { numPassedTests, numFailedTests, testResults } = read(report)
  const isBroken = ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((result) => result.status === 'failed')
  const failed = numFailedTests + testResults.filter(isBroken).length
  return { passed: numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed }
}

function read(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, testResults: [] }
  }
}
