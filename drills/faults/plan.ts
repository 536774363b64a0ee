import { problems } from '../problems.ts'
import { randomOf } from '../random.ts'
import type { Random } from '../random.ts'
import type { Backend, Fault, FaultKind } from './fault.ts'
import { planFaults } from './plan-faults.ts'

export type Utterance =
  | { at: number; do: 'matter' | 'more'; text: string; copies: number }
  | { at: number; do: 'ask' | 'picture' | 'talk'; text: string; copies: number }

/** One resident and what they say, in order; each waits for the one before to be taken. */
export interface ResidentPlan {
  scene: string
  says: Utterance[]
}

export interface Plan {
  seed: string
  backend: Backend
  mode: 'plain' | 'compatible' | 'safe'
  bots: number
  workers: number
  residents: ResidentPlan[]
  /** How many messages deputies have; what they say, they say when they are told something. */
  deputyMessages: number
  /** Deputies who look in unasked, by their place in the rolls, and when. */
  looksIn: { at: number; deputy: number }[]
  faults: Fault[]
}

export interface PlanOptions {
  seed: string
  backend: Backend
  messages: number
  /** How long people talk. */
  talkMs: number
  /** How long a server stays away. */
  outageMs: number
  /** QR scenes to begin at. */
  scenes: readonly string[]
  bots: number
  workers: number
  /** Only these; all that fit unless given. */
  kinds?: readonly FaultKind[]
}

/** Everything that is decided beforehand; what happens then depends on the moment, but begins alike. */
export function planRun(options: PlanOptions): Plan {
  const { seed, backend, messages, scenes, talkMs } = options
  const random = randomOf(seed)
  const ofResidents = Math.round(messages * 0.65)
  return {
    seed,
    backend,
    mode: random.fork('mode').pick(['plain', 'compatible', 'safe'] as const),
    bots: options.bots,
    workers: options.workers,
    residents: planTalk(random.fork('talk'), ofResidents, talkMs, scenes),
    deputyMessages: messages - ofResidents,
    looksIn: planLooks(random.fork('looks'), Math.ceil(messages / 25), talkMs),
    faults: planFaults(random.fork('faults'), options),
  }
}

const matters = [...problems, '建议把公园早点开门', '电梯困人，老人被关在里面出不来', '小区里有人私拉电线充电']
const places = [
  '晨光社区3号楼',
  '白银区人民路街道',
  '会宁县会师镇',
  '靖远县乌兰镇',
  '景泰县一条山镇',
  '平川区兴平路街道',
  '',
  '我们楼下',
]
const more = ['昨天又去看过，还是老样子', '旁边的邻居也这么说', '麻烦尽快，天冷了', '上午也有这个情况']
const talk = ['谢谢', '你好', '在吗']

function planTalk(random: Random, count: number, talkMs: number, scenes: readonly string[]): ResidentPlan[] {
  const residents: ResidentPlan[] = []
  for (let left = count, mark = 1; left > 0;) {
    const says: Utterance[] = []
    const lines = Math.min(left, random.whole(1, 4))
    // Spread over the whole talk, so that every fault meets somebody.
    let at = random.whole(0, Math.floor(talkMs * 0.8))
    for (let line = 0; line < lines; line += 1, mark += 1) {
      const copies = random.chance(0.12) ? 4 : 1
      const say =
        line === 0
          ? 'matter'
          : random.pick(['matter', 'matter', 'matter', 'more', 'more', 'ask', 'picture', 'talk'] as const)
      says.push({ at, do: say, text: wordsOf(random, say, mark), copies })
      at += random.whole(50, Math.max(100, Math.floor(talkMs / 6)))
    }
    residents.push({ scene: random.pick(scenes), says })
    left -= lines
  }
  return residents
}

/** Each text is one of a kind, so that what is told of it can be told apart. */
function wordsOf(random: Random, say: Utterance['do'], mark: number): string {
  switch (say) {
    case 'matter':
      return `${random.pick(places)}${random.pick(matters)}（标${mark}）`
    case 'more':
      return `${random.pick(more)}（标${mark}）`
    case 'ask':
      return '进度'
    case 'talk':
      return random.pick(talk)
    case 'picture':
      return ''
  }
}

function planLooks(random: Random, count: number, talkMs: number): { at: number; deputy: number }[] {
  return Array.from({ length: count }, () => ({ at: random.whole(0, talkMs), deputy: random.whole(0, 999) }))
}
