/**
 * `npm run groups -- --messages N --people N --rooms N --seed S`: talk of many people in many group chats through the
 * wechaty library and its mock puppet, and what of it the ledger holds (docs/drills.md).
 */
import { Command, InvalidArgumentError } from 'commander'
import { groupsRound } from './groups/round.ts'

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 10) throw new InvalidArgumentError('a whole number from 10')
  return value
}

const { messages, people, rooms, seed } = new Command('groups')
  .option('--messages <n>', 'how many in all', whole, 10_000)
  .option('--people <n>', 'who talk', whole, 500)
  .option('--rooms <n>', 'in so many groups', whole, 50)
  .option('--seed <text>', 'what is said follows from it', 'mashang')
  .parse()
  .opts<{ messages: number; people: number; rooms: number; seed: string }>()

let shown = 0
const progress = (done: number): void => {
  if (done - shown < 2_000) return
  shown = done
  console.log(`  ${done}`)
}
const round = await groupsRound({ messages, people, rooms, seed, progress })
const { spoken, forUs, stored, answered, memory, seconds } = round
console.log(
  `${spoken} said by ${people} people in ${rooms} groups: ${forUs} to us, ${stored} stored, ${answered} answered`,
)
console.log(`  ${seconds.toFixed(1)} s, ${Math.round(spoken / seconds)} messages a second`)
const row = (side: 'gateway' | 'bot', what: 'heapMb' | 'rssMb') => memory.map((each) => each[side][what]).join(' → ')
console.log(`  gateway: heap ${row('gateway', 'heapMb')} MB, resident ${row('gateway', 'rssMb')} MB`)
console.log(`  bot: heap ${row('bot', 'heapMb')} MB, resident ${row('bot', 'rssMb')} MB`)
for (const fault of round.faults) console.log(`  fault: ${fault}`)
console.log(`faults ${round.faults.length}`)
process.exit(round.faults.length === 0 ? 0 : 1)
