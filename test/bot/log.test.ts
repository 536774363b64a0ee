import { pino } from 'pino'
import { expect, test } from 'vitest'

import { settled } from '../house/scene.ts'
import { startTestHouse } from '../support/house.ts'
import { pushesFor } from './push.ts'

test('a canary: of all that people say and are, nothing is in the log, at its most talkative', async () => {
  let logged = ''
  const log = pino({ level: 'trace' }, { write: (line: string) => void (logged += line) })
  const house = await startTestHouse({ log })
  const { post, text } = pushesFor(house, 'safe')
  const marks = {
    words: '金丝雀路灯坏了',
    name: '欧阳金雀',
    phone: '13987651234',
    identity: '620402199001011234',
    label: '金雀巷七号',
    why: '金雀不服',
    answer: '金雀已修好',
    nonsense: 'canary-forged',
  }
  const resident = house.resident('oCanaryResident0000000000001')
  const stranger = house.resident('oCanaryStranger0000000000002')
  const phone = house.resident('oCanaryDeputy000000000000003')

  await resident.scan('d-bd-001')
  await resident.say(`人民路${marks.words}，我是${marks.name}，电话${marks.phone}，身份证${marks.identity}`)
  await resident.sendLocation(36.5, 104.1, marks.label)
  await stranger.say(`祁若澜代表收了钱，${marks.name}可以作证`)
  const deputy = await house.bind('bd-001', phone)
  await deputy.say('接单')
  await deputy.say(`答复 A ${marks.answer}`)
  await house.until(
    () => resident.phone.some((shown) => shown.text.includes(marks.answer)),
    'the answer did not arrive',
  )
  await resident.say(`不满意 ${marks.why}`)

  // And all that goes wrong: forged, too large, refused, unanswered, cut off, and a database that is away.
  await post(house.bot.app, text('oCanaryForger', marks.nonsense), { query: { msg_signature: marks.nonsense } })
  await post(house.bot.app, `<xml>${marks.nonsense}`)
  for (const wrong of [
    { errcode: 40003 },
    { errcode: 45015 },
    { http502: true },
    { dropAfterAccept: true },
    { errcode: -1 },
  ] as const) {
    // It must be this push that meets it: the one of the round before has closed the resident's window, and others are on their way.
    await resident.say('进度')
    await settled(house)
    const before = logged.split('not sent').length
    house.simulator.misbehave({ ...wrong, times: 1 })
    await deputy.say(`进展 ${marks.answer}`)
    await house.until(() => logged.split('not sent').length > before, `${JSON.stringify(wrong)} was not logged`)
  }
  house.simulator.misbehave({ expireTokens: true })
  const name = house.database.config.database
  await house.owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT 0`)
  await house.owner.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'mashang_app'`,
  )
  const away = await post(house.bot.app, text(resident.openid, marks.words))
  expect(away.statusCode).toBe(503)
  await house.owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT -1`)
  await house.until(() => logged.includes('refused at the door'), 'refusals were not logged')
  await house.stop()

  // The log did say things, of every kind: only not these.
  expect(logged).toContain('could not be stored')
  expect(logged).toMatch(/"case":"[0-9a-f-]{36}"/)
  const secrets = [
    ...Object.values(marks),
    '金雀',
    '金丝雀',
    '祁若澜',
    resident.openid,
    stranger.openid,
    deputy.openid,
    'oCanary',
    house.account.appSecret,
    house.account.token,
    house.account.aesKey!,
    'access_token=',
  ]
  for (const secret of secrets) expect(logged.includes(secret), secret).toBe(false)
})
