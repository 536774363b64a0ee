import { setFlagsFromString } from 'node:v8'
import type { Clock } from '#base'
import { MashangError } from '#base'
import { chat } from './chat.ts'
import { createLog, startHouse } from './house.ts'
import type { Rooms } from './house.ts'
import { readyToStart } from './preflight.ts'
import { runWechaty } from './wechaty.ts'

export interface StartOptions {
  only?: string
}

const rooms: Record<string, Rooms> = {
  bot: { bot: true, workers: false },
  workers: { bot: false, workers: true },
}

/** `mashang start`: runs until a signal, drains, and returns. With a terminal and no real account it opens the chat. */
export async function start(
  { only }: StartOptions,
  env: Record<string, string | undefined>,
  clock: Clock,
): Promise<void> {
  if (only === 'wechaty') return startWechaty(env)
  const wanted = only === undefined ? { bot: true, workers: true } : rooms[only]
  if (!wanted) {
    throw new MashangError(`--only ${only}: there is no such part`, {
      code: 'START_PART',
      fix: 'Choose bot, workers or wechaty',
    })
  }
  // Under load V8 would go through the whole heap twice a second, for it grew by a quarter: half as often costs 40 MB.
  setFlagsFromString('--heap-growing-percent=100')
  const began = performance.now()
  const { settings, city } = await readyToStart(env, wanted.bot)
  const talks = settings.officialAccount === null && process.stdin.isTTY
  // In a terminal the conversation is what people look at; warnings still show.
  const log = createLog(talks && env['LOG_LEVEL'] === undefined ? { ...settings, logLevel: 'warn' } : settings)
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort())

  const house = await startHouse(settings, city, wanted, clock, log)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (house.bot) {
    console.log(`码上已启动（${seconds} 秒）：http://127.0.0.1:${house.bot.port}/channels/official-account`)
    if (settings.wechaty) console.log('群聊网关要另外启动：npx mashang start --only wechaty')
    if (settings.webChat) console.log(`网页版：http://127.0.0.1:${house.bot.port}/chat`)
    if (house.demo) console.log('没有配置公众号：正在使用模拟的微信平台。人物、社区、部门都是虚构的。')
  } else console.log(`码上后台已启动（${seconds} 秒）`)
  try {
    if (talks && house.demo && !stopped.signal.aborted) {
      await chat({ url: house.demo.simulator.url, city, pool: house.ledger.pool, clock, stopped: stopped.signal })
    } else if (!stopped.signal.aborted) {
      await new Promise((resolve) => stopped.signal.addEventListener('abort', resolve, { once: true }))
    }
  } finally {
    console.log('正在停止……')
    // Whatever hangs, a person who pressed Ctrl-C gets their terminal back.
    setTimeout(() => process.exit(1), 10_000).unref()
    await house.stop()
    console.log('已停止。')
  }
}

/** The process of its own in which the wechaty library runs, and nothing of the house. */
async function startWechaty(env: Record<string, string | undefined>): Promise<void> {
  const { settings, city } = await readyToStart(env, false)
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort())
  await runWechaty(settings, city, env['PATH'], stopped.signal)
}
