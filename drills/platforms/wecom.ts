import { findCaseNumbers } from '#cases'
import type { Delivered, Member, WecomMisbehaviour } from '#simulators'
import { createBindingCode } from '#store'
import { within } from '../wait.ts'
import { account, deliveriesOf, lastSeq, settled } from './counts.ts'
import type { Delivery, Lane } from './counts.ts'
import type { Stage } from './house.ts'
import { compare } from './row.ts'
import type { Line, Must } from './row.ts'

/** A deputy whose account is in WeCom; residents write to them through the official account. */
interface Scene {
  stage: Stage
  member: Member
  /** So many cases of different residents reach the deputy. */
  report(cases: number): Promise<void>
  line(what: string, must: Must): Promise<void>
  putOff(): Promise<void>
}

interface Trouble {
  what: string
  wrong?: WecomMisbehaviour
  cases?: number
  /** Before the case. */
  before?(scene: Scene): Promise<void> | void
  after(scene: Scene): Promise<void>
}

const deputy = 'bd-001'
const minute = 60_000
const one: Must = { told: 1, sent: 1, arrived: 1 }

const came = (what: string, wrong: WecomMisbehaviour, must: Must): Trouble => ({
  what,
  wrong,
  after: (scene) => scene.line(what, must),
})
const noMore = (what: string, state: Partial<Member['state']>, wrong: WecomMisbehaviour = {}): Trouble => ({
  what,
  wrong,
  before: ({ member }) => void Object.assign(member.state, state),
  async after(scene) {
    await scene.line(what, { told: 1, refused: 1, arrived: 0 })
    Object.assign(scene.member.state, { visible: true, licensed: true })
    // Who writes again can be written to again.
    await scene.member.say('在手')
  },
})

const tapped = (what: string, wrong: WecomMisbehaviour, must: Must): Trouble => ({
  what,
  async after(scene) {
    await scene.line('a card', one)
    scene.stage.wecom.misbehave({ ...wrong, path: '/cgi-bin/message/update_template_card', times: 1 })
    await scene.member.tap('接单')
    await scene.line(what, must)
  },
})

const troubles: Trouble[] = [
  came('nothing', {}, one),
  came('42001: every token expires in the middle', { expireTokens: true }, one),
  {
    what: '45009 (too often)',
    wrong: { errcode: 45009, times: 1 },
    async after(scene) {
      await scene.putOff()
      await scene.line('45009 (too often)', { told: 1, ready: 1, arrived: 0 })
      scene.stage.clock.advance(60 * minute)
      await scene.line('… and the time has come', one)
    },
  },
  came('60020 (our address is not on its list)', { errcode: 60020, times: 1 }, { told: 1, refused: 1, arrived: 0 }),
  noMore('81013 (nobody to send to)', { visible: false }),
  noMore('invaliduser beside a 0', { visible: false }, { permissive: true }),
  noMore('unlicenseduser', { licensed: false }),
  came('HTTP 502', { http502: true, times: 1 }, { told: 1, unknown: 1, arrived: 0 }),
  came('cut after the request was accepted', { dropAfterAccept: true, times: 1 }, { told: 1, unknown: 1, arrived: 1 }),
  came('a stall of 6 s, accepted', { slowMs: 6_000, times: 1 }, { told: 1, unknown: 1, arrived: 1 }),
  came('garbage JSON', { body: '{"errcode":', times: 1 }, { told: 1, unknown: 1, arrived: 0 }),
  {
    what: '35 in a minute, where it drops what is over 30',
    cases: 35,
    before: ({ stage }) => stage.clock.advance(2 * minute),
    async after(scene) {
      await scene.line('35 in a minute, where it drops what is over 30', { told: 35, sent: 30, ready: 5, arrived: 30 })
      scene.stage.clock.advance(2 * minute)
      await scene.line('… and a minute later', { told: 35, sent: 35, arrived: 35 })
    },
  },
  // The card, its new word, and the answer: as a message, for the callback of a tap takes no words.
  tapped('a tap on its card', {}, { told: 3, sent: 3, arrived: 3 }),
  tapped('a tap whose response code was used before', { errcode: 40058 }, { told: 3, sent: 2, refused: 1, arrived: 2 }),
]

/** Everything that WeCom is known to do wrong, one after the other. */
export async function* wecomLines(stage: Stage): AsyncGenerator<Line> {
  const { pool } = stage.house.ledger
  stage.account.behave()
  const member = stage.wecom.member()
  const code = await createBindingCode(pool, deputy, new Date(stage.clock().getTime() + 10 * minute))
  await member.say(`绑定 ${code}`)
  for (const trouble of troubles) yield* await play(stage, member, trouble)
}

async function play(stage: Stage, member: Member, trouble: Trouble): Promise<Line[]> {
  const { wecom, clock, house } = stage
  const { pool } = house.ledger
  wecom.behave()
  const lane: Lane = { lane: `person:${deputy}`, since: await lastSeq(pool) }
  const from = wecom.delivered.length
  const dropped = wecom.dropped.length
  const lines: Line[] = []
  const scene: Scene = {
    stage,
    member,
    async report(cases) {
      for (let n = 0; n < cases; n++) {
        const resident = stage.account.person()
        await resident.scan(`d-${deputy}`)
        await resident.say('人民路的路灯坏了两周没人修')
      }
    },
    async putOff() {
      await within(15_000, async () => (await deliveriesOf(pool, lane)).some((each) => each.code !== null))
    },
    async line(what, must) {
      const rested = await settled(pool, lane, must.told ?? 0, clock)
      const shown = wecom.delivered.slice(from).filter(({ to }) => to === member.userId)
      const { counts, faults } = await account(pool, lane, shown, isOf, clock())
      if (!rested) faults.push('it does not come to rest')
      const silently = wecom.dropped.length - dropped
      if (silently > 0) faults.push(`${silently} were dropped without a word`)
      lines.push({ platform: 'WeCom', what, counts, faults: [...faults, ...compare(counts, must)] })
    },
  }
  await trouble.before?.(scene)
  wecom.misbehave(trouble.wrong ?? {})
  await scene.report(trouble.cases ?? 1)
  await trouble.after(scene)
  return lines
}

/** A card says the words in a form of its own; the case's number is always there. */
function isOf({ kind, text }: Delivered, delivery: Delivery): boolean {
  const number = findCaseNumbers(delivery.text)[0]
  return kind === 'card-result' ? delivery.template === 'card-tapped' : number !== undefined && text.includes(number)
}
