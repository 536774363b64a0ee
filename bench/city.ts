import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The demo city of the checkout at `at`, laid into `folder`, where every deputy takes any matter. In the demo most
 * problems are of one topic and one deputy gets a twelfth of all: as each is sent one message after the other, the bench
 * would measure how fast that one can be sent to, and not the house.
 */
export function benchCity(at: string, folder: string): string {
  const city = join(folder, 'city')
  cpSync(join(at, 'config', 'cities', 'baiyin-demo'), city, { recursive: true })
  const file = join(city, 'people.csv')
  const [head, ...people] = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','))
  const [role, topics] = [head!.indexOf('role'), head!.indexOf('topics')]
  const taken = people.map((cells) => (cells[role] === 'deputy' ? cells.with(topics, '') : cells))
  writeFileSync(file, [head!, ...taken].map((cells) => `${cells.join(',')}\n`).join(''))
  return city
}
