import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { systemClock } from '#base'
import type { Clock } from '#base'
import { loadCity, readSettings } from '#config'
import { startHouse } from '../../cli/house.ts'
import type { House } from '../../cli/house.ts'
import { startOfficialAccountSimulator, startWecomSimulator } from '#simulators'
import type { Simulator, WecomSimulator } from '#simulators'

/** A whole house as `mashang start` opens it, over an embedded Postgres of its own, and the platforms around it. */
export interface Stage {
  house: House
  clock: StageClock
  account: Simulator
  wecom: WecomSimulator
  close(): Promise<void>
}

export interface StageClock extends Clock {
  advance(ms: number): void
  set(to: Date): void
}

export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'mashang-platforms-'))
  let ahead = new Date('2026-11-23T09:00:00+08:00').getTime() - systemClock().getTime()
  const clock: StageClock = Object.assign(() => new Date(systemClock().getTime() + ahead), {
    advance: (ms: number) => void (ahead += ms),
    set: (to: Date) => void (ahead = to.getTime() - systemClock().getTime()),
  })
  const keys = {
    appId: `wx${randomBytes(8).toString('hex')}`,
    appSecret: randomBytes(16).toString('hex'),
    token: randomBytes(12).toString('hex'),
    aesKey: `${randomBytes(21).toString('hex')}A`,
  }
  const account = await startOfficialAccountSimulator({ ...keys, mode: 'safe', clock })
  const app = {
    corpId: `ww${randomBytes(8).toString('hex')}`,
    agentId: '1000002',
    secret: randomBytes(16).toString('hex'),
    token: randomBytes(12).toString('hex'),
    aesKey: `${randomBytes(21).toString('hex')}A`,
  }
  const wecom = await startWecomSimulator({ ...app, clock })
  const close: (() => Promise<unknown>)[] = [
    () => wecom.close(),
    () => rm(folder, { recursive: true, force: true }),
    () => account.close(),
  ]
  try {
    const settings = readSettings({
      DATA_DIR: folder,
      OFFICIAL_ACCOUNT_APP_ID: keys.appId,
      OFFICIAL_ACCOUNT_APP_SECRET: keys.appSecret,
      OFFICIAL_ACCOUNT_TOKEN: keys.token,
      OFFICIAL_ACCOUNT_AES_KEY: keys.aesKey,
      OFFICIAL_ACCOUNT_API_URL: account.url,
      OFFICIAL_ACCOUNT_MP_URL: account.url,
      WECOM_CORP_ID: app.corpId,
      WECOM_AGENT_ID: app.agentId,
      WECOM_SECRET: app.secret,
      WECOM_TOKEN: app.token,
      WECOM_AES_KEY: app.aesKey,
      WECOM_API_URL: wecom.url,
    })
    const log = pino({ level: 'silent' })
    const house = await startHouse(settings, loadCity(settings.city), { bot: true, workers: true }, clock, log, 0)
    close.push(() => house.stop())
    account.setWebhook(`http://127.0.0.1:${house.bot!.port}/channels/official-account`)
    wecom.setWebhook(`http://127.0.0.1:${house.bot!.port}/channels/wecom`)
    return { house, clock, account, wecom, close: () => endAll(close) }
  } catch (error) {
    await endAll(close)
    throw error
  }
}

async function endAll(ends: (() => Promise<unknown>)[]): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end()
}
