import { randomOf } from '../random.ts'
import type { Random } from '../random.ts'

export type Backend = 'postgres' | 'redis'

export const faultKinds = (): readonly FaultKind[] => [
  ...houseFaults,
  ...redisFaults,
  ...platformFaults,
  ...clockFaults,
]

/** One thing that goes wrong. `at` and `forMs` in milliseconds from the first message. */
export interface Fault {
  at: number
  kind: FaultKind
  forMs: number
  /** Which worker, which way, which code: what it means depends on the kind. */
  detail: number
}

export type FaultKind = HouseFault | PlatformFault | ClockFault
/** Done to the house's processes and servers, one at a time. */
export type HouseFault = (typeof houseFaults)[number] | (typeof redisFaults)[number]
export type PlatformFault = (typeof platformFaults)[number]
export type ClockFault = (typeof clockFaults)[number]

const houseFaults = [
  'kill-bot',
  'kill-worker',
  'kill-postgres',
  'kill-backend',
  'wipe-queue',
  'stop-postgres',
  'freeze-postgres',
  'freeze-bot',
  'freeze-worker',
  'hang-postgres',
  'hang-webhook',
  'loiter',
] as const
const redisFaults = ['kill-redis', 'stop-redis', 'freeze-redis', 'hang-redis'] as const
const platformFaults = [
  'slow',
  'silent',
  'drop',
  'gateway',
  'busy',
  'too-frequent',
  'day-limit',
  'expire-tokens',
] as const
const clockFaults = ['clock-forward', 'clock-back'] as const

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

const matters = [
  '路灯坏了两周没人修',
  '停水三天了，家里老人没法做饭',
  '广场舞半夜还放音响，吵得睡不着',
  '公交车等一个小时都不来',
  '暖气不热，屋里才十二度',
  '垃圾没人清，臭得很',
  '工地拖欠工资半年了',
  '低保申请交了两个月没有回话',
  '水渠裂了，地浇不上水',
  '井盖没了，晚上看不见，怕有人掉下去',
  '建议把公园早点开门',
  '电梯困人，老人被关在里面出不来',
  '小区里有人私拉电线充电',
]
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

function planFaults(random: Random, { backend, talkMs, outageMs, kinds }: PlanOptions): Fault[] {
  const has = (kind: FaultKind) => kinds === undefined || kinds.includes(kind)
  const house = [...houseFaults, ...(backend === 'redis' ? redisFaults : [])].filter(has)
  const length = (kind: FaultKind): number => {
    if (/^(stop|freeze-(postgres|redis))/.test(kind)) return outageMs
    // A worker that wakes after its lease is over may still send: what is sent then can't be taken back by anybody.
    if (kind.startsWith('freeze')) return Math.min(outageMs, 12_000)
    if (kind.startsWith('clock')) return random.whole(2_000, 6_000)
    return random.whole(500, 4_000)
  }
  const fault = (kind: FaultKind, at: number): Fault => ({ at, kind, forMs: length(kind), detail: random.whole(0, 3) })
  /** Begins with each once in an order of its own, then any. */
  const series = (of: readonly FaultKind[], count: number): Fault[] => {
    const order = [...of].map((kind) => ({ kind, key: random.next() })).sort((a, b) => a.key - b.key)
    return Array.from({ length: of.length === 0 ? 0 : count }, (_, index) => {
      const kind = order[index]?.kind ?? random.pick(of)
      return fault(kind, Math.floor(((index + random.next()) * talkMs) / count))
    })
  }
  // Outages take their time: what is left over after the talk would meet nobody.
  const perHouse = Math.max(1, Math.round(talkMs / (5_000 + outageMs / 3)))
  return [
    ...series(house, kinds ? Math.max(house.length, 1) : perHouse),
    ...series(
      platformFaults.filter(has),
      kinds ? platformFaults.filter(has).length : Math.max(2, Math.round(talkMs / 10_000)),
    ),
    ...series(
      clockFaults.filter(has),
      kinds ? clockFaults.filter(has).length : Math.max(1, Math.round(talkMs / 30_000)),
    ),
  ].sort((a, b) => a.at - b.at)
}

export function isPlatformFault(kind: FaultKind): kind is PlatformFault {
  return (platformFaults as readonly string[]).includes(kind)
}

export function isClockFault(kind: FaultKind): kind is ClockFault {
  return (clockFaults as readonly string[]).includes(kind)
}
