import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { SendOutcome } from '#channels'
import { sendOutcome, tokenErrors, tokenOutcome } from '../../../channels/official-account/outcome.ts'
import { first, nextPush, report, settled } from '../../house/scene.ts'
import { startTestHouse } from '../../support/house.ts'

const now = new Date('2026-11-23T08:00:00Z')
const rid = 'rid: 6565c1d2-0a1b2c3d-4e5f6071'
const of = (errcode: number) => sendOutcome({ kind: 'error', errcode, errmsg: `said no ${rid}` }, now)

type Wanted = 'again' | 'renew' | 'midnight' | 'minute' | 'person' | 'ours'
/** The list of codes, and what the list says. */
const list: [errcode: number, what: string, wanted: Wanted][] = [
  [-1, 'busy', 'again'],
  [40001, 'bad token', 'renew'],
  [40014, 'bad token', 'renew'],
  [42001, 'expired token', 'renew'],
  [45009, 'over the day’s limit', 'midnight'],
  [45011, 'too frequent', 'minute'],
  [40003, 'bad openid', 'person'],
  [43004, 'not subscribed', 'person'],
  [43019, 'blacklisted', 'person'],
  [43101, 'refused the notice', 'person'],
  [45015, 'out of time', 'person'],
  [45047, 'out of count', 'person'],
  [48002, 'turned messages off', 'person'],
  [40013, 'app id', 'ours'],
  [40029, 'code of a login', 'ours'],
  [40036, 'size of a template id', 'ours'],
  [40037, 'template id', 'ours'],
  [40125, 'app secret', 'ours'],
  [40164, 'address not on the list', 'ours'],
  [41001, 'no token', 'ours'],
  [45002, 'too long', 'ours'],
  [45008, 'too many articles', 'ours'],
  [47001, 'not JSON', 'ours'],
  [47003, 'a template’s field', 'ours'],
  [48001, 'no permission', 'ours'],
  [48004, 'interface banned', 'ours'],
  [48006, 'clearings used up', 'ours'],
  [50002, 'restricted', 'ours'],
  [61004, 'address of a third party', 'ours'],
  [99999, 'newer than the list', 'ours'],
]

test.each(list)('%i (%s): %s', (errcode, _what, wanted) => {
  const outcome = of(errcode)
  const code = String(errcode)
  const expected: Record<Wanted, object> = {
    again: { status: 'retry', code, afterMs: 5_000 },
    // After its renewal: the client has tried that already.
    renew: { status: 'retry', code, afterMs: 60_000 },
    midnight: { status: 'retry', code, afterMs: 8 * 3_600_000, alarm: true },
    minute: { status: 'retry', code, afterMs: 60_000 },
    person: { status: 'refused', code, alarm: false },
    ours: { status: 'refused', code, alarm: true },
  }
  expect(outcome).toMatchObject(expected[wanted])
  expect(tokenErrors.has(errcode)).toBe(wanted === 'renew')
  expect((outcome as Extract<SendOutcome, { reason: string }>).reason).toContain(rid)
})

test.each([40001, 40013, 40125, 40164])(
  '%i where only a token was asked for: our own settings, with what to mend',
  (errcode) => {
    expect(tokenOutcome({ kind: 'error', errcode, errmsg: rid }, now)).toMatchObject({
      status: 'refused',
      alarm: true,
      reason: expect.stringMatching(/^rid: .+; (compare|put) /),
    })
  },
)

test('what keeps everybody’s messages waiting is said in the log as an error, with what to mend, and not for each message', async () => {
  const lines: { level: number; code?: string; reason?: string }[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const house = await startTestHouse({ log })
  try {
    const one = await house.bind(first.id)
    const resident = house.resident()
    await report(resident)
    await nextPush(one, '【新诉求】')
    await settled(house)
    house.simulator.misbehave({ errcode: 40164 })
    await one.say('接单')
    await one.say('进展 电工在路上')
    await settled(house)
    const said = lines.filter(({ code }) => code === '40164')
    expect(said).toHaveLength(1)
    expect(said[0]).toMatchObject({ level: 50, reason: expect.stringContaining('IP whitelist') })
  } finally {
    await house.stop()
  }
})
