/**
 * `npm run faults:platforms`: every way in which a platform is known to misbehave, against a whole house over a real
 * Postgres, and what came of it. Exits with 0 only when nothing is unaccounted for (docs/drills.md).
 */
import { openStage } from './platforms/house.ts'
import { officialAccountLines } from './platforms/official-account.ts'
import { tableOf } from './platforms/row.ts'
import type { Line } from './platforms/row.ts'
import { wecomLines } from './platforms/wecom.ts'

/** A platform adds its line here. */
const platforms = [officialAccountLines, wecomLines]

const stage = await openStage()
const lines: Line[] = []
try {
  for (const platform of platforms) {
    for await (const line of platform(stage)) {
      lines.push(line)
      console.log(`${line.faults.length === 0 ? 'ok   ' : 'FAULT'} ${line.platform}: ${line.what}`)
    }
  }
} finally {
  await stage.close()
}
console.log('')
for (const row of tableOf(lines)) console.log(row)
const faults = lines.reduce((sum, line) => sum + line.faults.length, 0)
console.log(`\n${lines.length} lines, unaccounted for ${faults}`)
process.exit(faults === 0 ? 0 : 1)
