import { problems } from '../problems.ts'
import type { Random } from '../random.ts'

/** One message of a group, and whether it is for us: known by whoever made it, not by reading it. */
export interface Spoken {
  id: string
  room: number
  person: number
  text: string
  mentionsUs: boolean
  /** By number. */
  mentions: number[]
  /** Milliseconds since the beginning. */
  at: number
  forUs: 'addressed' | 'following' | null
  /** The words as they should be stored. */
  words: string
}

export interface TalkOptions {
  messages: number
  people: number
  rooms: number
  random: Random
}

const chatter = [
  '今天的菜真新鲜',
  '码上就到，等我两分钟',
  '我已经码上办好了',
  '谁家的猫在楼顶',
  '收到',
  '明天有人拼车吗',
  '@所有人 明早八点停电检修',
  '楼上又在装修',
]
const followMs = 60_000

/** Talk of many people in many groups; about one message in eight is for us. */
export function* talk({ messages, people, rooms, random }: TalkOptions): Generator<Spoken> {
  const until = new Map<string, number>()
  const recent: { room: number; person: number; at: number }[] = []
  let at = 0
  for (let count = 0; count < messages; count++) {
    at += random.whole(50, 8_000)
    // Now and then somebody who has just spoken to us goes on.
    const again = recent.length > 0 && random.chance(0.05) ? random.pick(recent) : null
    const person = again?.person ?? random.whole(0, people - 1)
    // Everybody is in five of the groups.
    const room = again?.room ?? (person * 7 + random.whole(0, 4)) % rooms
    const key = `${room} ${person}`
    const base = { id: `m${count}`, room, person, at, mentionsUs: false, mentions: [] as number[] }
    const follows = at <= (until.get(key) ?? -1)
    const words = `${random.pick(problems)}，第${count}条`
    if (again === null && random.chance(0.1)) {
      until.set(key, at + followMs)
      recent.push({ room, person, at })
      if (recent.length > 20) recent.shift()
      yield { ...base, ...call(words, random), forUs: 'addressed', words }
    } else if (random.chance(0.1)) {
      const neighbour = random.whole(0, people - 1)
      yield { ...base, text: `@居民${neighbour}\u2005${words}`, mentions: [neighbour], forUs: null, words }
    } else if (!follows && random.chance(0.7)) {
      const text = `${random.pick(chatter)} ${count}`
      yield { ...base, text, forUs: null, words: text }
    } else yield { ...base, text: words, forUs: follows ? 'following' : null, words }
  }
}

/** The ways in which people call us. */
function call(words: string, random: Random): Pick<Spoken, 'text' | 'mentionsUs'> {
  switch (random.whole(0, 4)) {
    case 0:
      // As the macOS client does it: no list of who is meant.
      return { text: `@码上 ${words}`, mentionsUs: false }
    case 1:
      return { text: `码上，${words}`, mentionsUs: false }
    case 2:
      return { text: `${words} @码上`, mentionsUs: true }
    default:
      return { text: `@码上\u2005${words}`, mentionsUs: true }
  }
}
