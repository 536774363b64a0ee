import { setTimeout as pause } from 'node:timers/promises'
import type { Person, PushResult } from '#simulators'
import { problems } from '../problems.ts'
import { randomOf } from '../random.ts'
import type { Plan, Utterance } from './plan.ts'
import type { World } from './world.ts'

/** One push of the platform's, with all its tries. */
export interface Said {
  openid: string
  msgId: string
  acknowledged: boolean
  /** What the bot answered. */
  answer: string | null
}

/** A QR code scanned: it has no id, and is the same event only with the same time. */
export interface Scanned {
  openid: string
}

export interface Talk {
  said: Said[]
  scanned: Scanned[]
  /** How often somebody had to say it again. */
  again: number
  /** Resolves when everybody who has begun to speak was heard, and those who do so meanwhile. */
  heard(): Promise<void>
  /** Somebody more has scanned a code, and waits for their moment. */
  newcomer(): Promise<Newcomer>
  /** From now on deputies and residents answer nothing. */
  fallSilent(): void
}

export interface Newcomer {
  /** Says a matter now: once, or in so many copies at the same moment. */
  speaks(copies?: number): void
}

const numberIn = /编号 ([\d-]+\d)/

/** Residents say what the plan says; deputies answer what reaches their phones; residents judge the answers. */
export function startTalk(world: World, plan: Plan): Talk {
  const { platform, deputies, doors } = world
  const said: Said[] = []
  const scanned: Scanned[] = []
  const queues = new Map<string, Promise<void>>()
  const underWay = new Set<Promise<void>>()
  const stops: (() => void)[] = []
  let silent = false
  let again = 0
  let deputyMessages = plan.deputyMessages
  let nextMsgId = BigInt(world.clock().getTime()) * 1_000_000n + 500_000n
  const began = performance.now()

  /** One after the other for each person: who waits for an answer says nothing. */
  function inTurn(person: Person, work: () => Promise<void>): void {
    const turn = (queues.get(person.openid) ?? Promise.resolve()).then(work)
    queues.set(person.openid, turn)
    underWay.add(turn)
    void turn.finally(() => underWay.delete(turn))
  }

  /** Until it is acknowledged: who sees that the account is out of service writes again a little later. */
  async function say(person: Person, utterance: Pick<Utterance, 'do' | 'text' | 'copies'>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      nextMsgId += 1n
      const msgId = String(nextMsgId)
      const options = { msgId, createTime: Math.floor(world.clock().getTime() / 1000) }
      const push = (copy: number): Promise<PushResult> => {
        // Several bots get copies of the same push, in turn.
        const chosen = utterance.copies > 1 ? { ...options, webhookUrl: doors[copy % doors.length]! } : options
        return utterance.do === 'picture' ? person.sendImage(chosen) : person.say(utterance.text, chosen)
      }
      const results = await Promise.all(Array.from({ length: utterance.copies }, (_, copy) => push(copy)))
      const good = results.find(({ answered }) => answered)
      said.push({ openid: person.openid, msgId, acknowledged: good !== undefined, answer: good?.text ?? null })
      if (good) return
      again += 1
      await pause(500 + 250 * Math.min(attempt, 6))
    }
  }

  async function scan(person: Person, scene: string): Promise<void> {
    const createTime = Math.floor(world.clock().getTime() / 1000)
    while (!(await person.scan(scene, { createTime })).answered) await pause(700)
    scanned.push({ openid: person.openid })
  }

  function resident(name: string): Person {
    const person = platform.person(`o-drill-${name}`)
    stops.push(
      person.onShow((shown) => {
        const judged =
          shown.via === 'custom' && !silent && /有答复了/.test(shown.text) && judgement(plan.seed, shown.text)
        if (judged) inTurn(person, () => say(person, { do: 'talk', text: judged, copies: 1 }))
      }),
    )
    return person
  }

  for (const [index, { scene, says }] of plan.residents.entries()) {
    const person = resident(`resident-${plan.seed}-${index}`)
    inTurn(person, async () => {
      await pause(Math.max(0, says[0]!.at - 300 - (performance.now() - began)))
      await scan(person, scene)
    })
    for (const utterance of says) {
      inTurn(person, async () => {
        await pause(Math.max(0, utterance.at - (performance.now() - began)))
        await say(person, utterance)
      })
    }
  }

  const people = [...deputies.values()]
  const deputySays = (person: Person, text: string): void => {
    if (silent || deputyMessages <= 0) return
    deputyMessages -= 1
    inTurn(person, async () => {
      await pause(200)
      await say(person, { do: 'talk', text, copies: 1 })
    })
  }
  for (const person of people) {
    stops.push(
      person.onShow((shown) => {
        if (shown.via !== 'custom') return
        for (const told of shown.text.split(/\n\n(?=【新诉求】)/)) {
          const number = numberIn.exec(told)?.[1]
          if (number === undefined) continue
          for (const text of deedsOn(plan.seed, told, number)) deputySays(person, text)
        }
      }),
    )
  }
  const looks = plan.looksIn.map(async ({ at, deputy }) => {
    await pause(at)
    deputySays(people[deputy % people.length]!, '在手')
  })

  let newcomers = 0
  async function newcomer(): Promise<Newcomer> {
    newcomers += 1
    const text = `晨光社区3号楼${problems[newcomers % problems.length]}（标新${newcomers}）`
    const person = resident(`newcomer-${plan.seed}-${newcomers}`)
    await scan(person, plan.residents[0]?.scene ?? '')
    return { speaks: (copies = 1) => inTurn(person, () => say(person, { do: 'matter', text, copies })) }
  }
  return {
    said,
    scanned,
    get again() {
      return again
    },
    async heard() {
      await Promise.all(looks)
      while (underWay.size > 0) await Promise.all(underWay)
    },
    newcomer,
    fallSilent() {
      silent = true
      for (const stop of stops.splice(0)) stop()
    },
  }
}

/** What a deputy does about a case they are told of; decided by the seed and what they read. */
function deedsOn(seed: string, text: string, number: string): string[] {
  const random = randomOf(`${seed}/${text}`)
  const mark = `（${number}办）`
  if (text.includes('【新诉求】')) {
    return random.pick([
      [`接单 ${number}`],
      [`接单 ${number}`, `进展 ${number} 已联系单位${mark}`, `答复 ${number} A 已经修好${mark}`],
      [`进展 ${number} 明天去现场${mark}`],
      [`答复 ${number} A 当场办完${mark}`],
      [`答复 ${number} C 条件不够${mark}`],
      [`退回 ${number} 不归我管${mark}`],
      [],
    ])
  }
  if (text.includes('【重办】'))
    return random.pick([[`答复 ${number} A 又去办好了${mark}`], [`进展 ${number} 再去一趟${mark}`], []])
  return []
}

function judgement(seed: string, text: string): string | null {
  return randomOf(`${seed}/${text}`).pick(['满意', '1 1', '满意，不满意', '不满意 还是老样子', null])
}
