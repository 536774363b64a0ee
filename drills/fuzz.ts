/**
 * `npm run fuzz -- --posts N --seed S`: genuine, malformed and forged posts at the webhook of a real bot, in all three
 * modes, and what it made of them (docs/drills.md).
 */
import { Command, InvalidArgumentError } from 'commander'
import { fuzzRound } from './fuzz/round.ts'

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 30) throw new InvalidArgumentError('a whole number from 30')
  return value
}

const { posts, seed } = new Command('fuzz')
  .option('--posts <n>', 'how many in all', whole, 3_000)
  .option('--seed <text>', 'what is posted follows from it', 'mashang')
  .parse()
  .opts<{ posts: number; seed: string }>()

let faults = 0
for (const mode of ['plain', 'compatible', 'safe'] as const) {
  let shown = 0
  const progress = (done: number): void => {
    if (done - shown < 5_000) return
    shown = done
    console.log(`  ${mode}: ${done}`)
  }
  const round = await fuzzRound({ mode, posts: Math.ceil(posts / 3), seed, progress })
  const { sent, statuses, stored, memory, perSecond } = round
  console.log(
    `${mode} mode: ${sent.genuine} genuine, ${sent.signed} malformed, ${sent.forged} forged; ${stored} stored; ${perSecond}/s`,
  )
  console.log(
    `  answers: ${Object.entries(statuses)
      .map(([status, count]) => `${status === '0' ? 'none' : status} ${count}`)
      .join(', ')}`,
  )
  console.log(
    `  heap ${memory.map(({ heapMb }) => heapMb).join(' → ')} MB, resident ${memory.map(({ rssMb }) => rssMb).join(' → ')} MB (at a tenth, half-way, at the end)`,
  )
  for (const fault of round.faults) console.log(`  fault: ${fault}`)
  faults += round.faults.length
}
console.log(`faults ${faults}`)
process.exit(faults === 0 ? 0 : 1)
