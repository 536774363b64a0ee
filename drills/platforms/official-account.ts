import { shanghaiDay } from '#base'
import { createBindingCode, listMedia } from '#store'
import type { Misbehaviour, Person } from '#simulators'
import { within } from '../wait.ts'
import { account, deliveriesOf, settled } from './counts.ts'
import type { Lane } from './counts.ts'
import type { Stage } from './house.ts'
import { compare } from './row.ts'
import type { Line, Must } from './row.ts'

/** One resident with a case; their deputy says one thing, of which the resident is told twice: accepted, and progress. */
interface Scene {
  stage: Stage
  resident: Person
  lane: Lane
  /** Counts what has come of it so far, as a line of the table. */
  line(what: string, must: Must): Promise<void>
  /** Once the first of the two was tried and put off. */
  putOff(): Promise<boolean>
}

interface Trouble {
  what: string
  /** Before the deputy speaks. */
  wrong: Misbehaviour
  /** After, and what has come of it then. */
  after(scene: Scene): Promise<void>
}

const all: Must = { told: 2, sent: 2, arrived: 2 }
const minute = 60_000

/** Refused, on the staff's list, and told when they are heard from again. */
const heldBack = (what: string, errcode: number): Trouble => ({
  what,
  wrong: { errcode },
  async after(scene) {
    await scene.line(what, { told: 2, refused: 2, arrived: 0 })
    scene.stage.account.behave()
    await scene.resident.say('进度')
    await scene.line('… and the resident writes again', all)
  },
})

/** Put off by the platform's word, and told when the time has come. */
const putOff = (what: string, wrong: Misbehaviour, waitMs: number): Trouble => ({
  what,
  wrong,
  async after(scene) {
    await scene.putOff()
    await scene.line(what, { told: 2, ready: 2, arrived: 0 })
    scene.stage.clock.advance(waitMs)
    await scene.line('… and the time has come', all)
  },
})

/** Nobody knows of the first, and the second goes all the same. */
const lost = (what: string, wrong: Misbehaviour, arrived: number): Trouble => ({
  what,
  wrong: { ...wrong, times: 1 },
  after: (scene) => scene.line(what, { told: 2, sent: 1, unknown: 1, arrived }),
})

const troubles: Trouble[] = [
  { what: 'nothing', wrong: {}, after: (scene) => scene.line('nothing', all) },
  {
    what: 'every token expires in the middle',
    wrong: { expireTokens: true },
    after: (scene) => scene.line('every token expires in the middle', all),
  },
  {
    what: '42001 once, though the token is new',
    wrong: { errcode: 42001, times: 1 },
    after: (scene) => scene.line('42001 once, though the token is new', all),
  },
  {
    what: '45009 until midnight',
    wrong: { errcode: 45009 },
    async after(scene) {
      const { clock, account: platform } = scene.stage
      await scene.putOff()
      clock.set(new Date(`${shanghaiDay(clock())}T23:59:00+08:00`))
      await scene.line('45009 until midnight, at 23:59', { told: 2, ready: 2, arrived: 0 })
      platform.behave()
      clock.advance(2 * minute)
      await scene.line('… and after midnight', all)
    },
  },
  putOff('45011 (too frequent)', { errcode: 45011, times: 1 }, 2 * minute),
  heldBack('45015 (out of time)', 45015),
  heldBack('45047 (out of count)', 45047),
  heldBack('43004 (does not follow)', 43004),
  putOff('-1 (busy)', { errcode: -1, times: 1 }, minute),
  lost('HTTP 502', { http502: true }, 1),
  lost('cut after the request was accepted', { dropAfterAccept: true }, 2),
  lost('a stall of 6 s, accepted', { slowMs: 6_000 }, 2),
  lost('no answer at all', { silent: true }, 1),
  {
    what: '48001 (no permission)',
    wrong: { errcode: 48001, times: 1 },
    after: (scene) => scene.line('48001 (no permission)', { told: 2, sent: 1, refused: 1, arrived: 1 }),
  },
]

/** Everything that the official account's platform is known to do wrong, one after the other. */
export async function* officialAccountLines(stage: Stage): AsyncGenerator<Line> {
  const deputy = stage.account.person()
  const code = await createBindingCode(
    stage.house.ledger.pool,
    'bd-004',
    new Date(stage.clock().getTime() + 10 * minute),
  )
  await deputy.say(`绑定 ${code}`)
  for (const trouble of troubles) yield* await play(stage, deputy, trouble)
  yield* mediaLines(stage)
}

async function play(stage: Stage, deputy: Person, { wrong, after }: Trouble): Promise<Line[]> {
  const { account: platform, clock, house } = stage
  const { pool } = house.ledger
  platform.behave()
  const resident = platform.person()
  await resident.scan('s-st-02')
  const receipt = await resident.say('晨光佳苑3号楼路灯坏了两周没人修')
  const number = /编号 (\d[\d-]*\d)/.exec(receipt.text ?? '')?.[1]
  const { rows } = await pool.query<{ lane: string }>(`SELECT contact_id::text AS lane FROM "case" WHERE number = $1`, [
    number,
  ])
  const lane = { lane: rows[0]!.lane, since: 0 }
  // What only the deputy is told must be out of the way, or it would meet the misbehaviour first.
  await settled(pool, { lane: 'person:bd-004', since: 0 }, 1, clock)
  const shown = () => platform.accepted.filter(({ openid }) => openid === resident.openid).map(({ content }) => content)
  const lines: Line[] = []
  platform.misbehave(wrong)
  await deputy.say(`进展 ${number} 电工在路上`)
  await after({
    stage,
    resident,
    lane,
    async putOff() {
      return (
        (await within(15_000, async () => (await deliveriesOf(pool, lane)).some((each) => each.code !== null))) === true
      )
    },
    async line(what, must) {
      const rested = await settled(pool, lane, must.told ?? 0, clock)
      const { counts, faults } = await account(pool, lane, shown(), (words, { text }) => words === text, clock())
      if (!rested) faults.push('it does not come to rest')
      lines.push({ platform: 'official account', what, counts, faults: [...faults, ...compare(counts, must)] })
    },
  })
  return lines
}

/** Pictures that the platform does not hand over: refused with a reason or fetched later, and on a list of their own. */
async function* mediaLines(stage: Stage): AsyncGenerator<Line> {
  const { account: platform, clock, house } = stage
  const tell = async (what: string, wrong: Misbehaviour, must: Must, before: () => void = () => {}): Promise<Line> => {
    const { pool } = house.ledger
    const from = clock()
    platform.behave()
    platform.misbehave({ ...wrong, path: '/cgi-bin/media/get', times: 1 })
    await platform.person().sendImage()
    const mine = async (status: string) =>
      (await listMedia(pool, status, 100)).filter(({ createdAt }) => createdAt >= from)
    await within(
      15_000,
      async () =>
        [
          ...(await mine('fetched')),
          ...(await mine('refused')),
          ...(await mine('waiting')).filter(({ code }) => code !== null),
        ].length > 0,
    )
    before()
    await within(15_000, async () => (await mine('waiting')).length === 0)
    const [fetched, refused, waiting] = [await mine('fetched'), await mine('refused'), await mine('waiting')]
    const told = fetched.length + refused.length + waiting.length
    const counts = {
      told,
      sent: fetched.length,
      refused: refused.length,
      unknown: 0,
      ready: waiting.length,
      arrived: fetched.length,
    }
    const faults = refused.filter(({ code, reason }) => !code || !reason).map(() => 'a refused one gives no reason')
    return { platform: 'official account', what, counts, faults: [...faults, ...compare(counts, must)] }
  }
  yield await tell('media/get answers JSON: no such media', { errcode: 40007 }, { told: 1, refused: 1 })
  yield await tell('media/get answers JSON: busy, then gives it', { errcode: -1 }, { told: 1, sent: 1 }, () =>
    clock.advance(2 * minute),
  )
  yield await tell('media/get: HTTP 502, then gives it', { http502: true }, { told: 1, sent: 1 }, () =>
    clock.advance(2 * minute),
  )
}
